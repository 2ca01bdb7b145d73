-- Who a message goes to. Messages that wait from before have neither: they leave in order as those of one receiver.

-- Of one test and workflow, messages with the same leave in order: a hash of channel and target.
ALTER TABLE outbox ADD COLUMN receiver TEXT NOT NULL DEFAULT '';
-- Messages with the same share a number of places among those that are sent at once.
ALTER TABLE outbox ADD COLUMN host TEXT NOT NULL DEFAULT '';
