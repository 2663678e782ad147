-- What was said against a command, as in the envelope of outcomes: [{at, code, message, values?}].
-- From code and values the sentence is made in the language of who reads it; detail stays English.
ALTER TABLE conflict ADD COLUMN said {json};
