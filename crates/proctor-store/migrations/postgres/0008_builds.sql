-- Where the build of a run stands in its CI system: pipeline/number. Runs of no build, and runs from before this, have none.
ALTER TABLE runs ADD COLUMN build_place TEXT;
CREATE INDEX runs_build_place ON runs (suite_id, build_place, created_at, id) WHERE build_place IS NOT NULL;
