-- What a migration leaves to be done by the program, row by row: the first to open the database does it.
CREATE TABLE unfinished_migrations (name TEXT NOT NULL PRIMARY KEY);
-- Runs from before 0008 have no build_place. It follows from their url and number.
INSERT INTO unfinished_migrations (name) VALUES ('build_place');
