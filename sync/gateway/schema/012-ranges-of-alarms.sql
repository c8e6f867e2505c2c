-- Of entries that are lost: the last of them; `seq` is the first.
ALTER TABLE alarm ADD COLUMN last_seq INTEGER;
