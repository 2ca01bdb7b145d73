-- What pages ask of the ledger, however long it is: the rare entries among the many, events by time, and those of the last minute.
CREATE INDEX ledger_changes ON ledger (suite_id, seq)
    WHERE kind IN ('workflow_created', 'workflow_updated', 'workflow_deleted', 'workflow_applied', 'incident');
CREATE INDEX ledger_changes_of_workflow ON ledger (suite_id, workflow_id, seq)
    WHERE kind IN ('workflow_created', 'workflow_updated', 'workflow_deleted', 'workflow_applied', 'incident');
CREATE INDEX ledger_event_times ON ledger (suite_id, at, workflow_id, kind) WHERE kind IN ('alarm', 'recover');
CREATE INDEX ledger_recorded ON ledger (suite_id, workflow_id, recorded_at) WHERE kind IN ('alarm', 'recover');
