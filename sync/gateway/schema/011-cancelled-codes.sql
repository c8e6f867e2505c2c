-- A newer enrolment code for the same terminal number ends the older ones that nobody has used.
ALTER TABLE enrolment_code ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
