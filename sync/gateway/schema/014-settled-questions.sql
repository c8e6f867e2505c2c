-- Looked for every two seconds: rows whose id has been remembered for long enough, whether or not an answer is left.
CREATE INDEX question_settled_at ON question (settled_at) WHERE settled_at IS NOT NULL;
