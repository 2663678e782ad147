-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What lets commands run side by side.

-- Every command locks this table before it sees anything: weakly with all others, or, after it has
-- lost two races, alone. It has no rows.
CREATE TABLE command_gate (
  one integer NOT NULL,
  PRIMARY KEY (one)
);

-- The ids of all commands decided, so that each is decided once, under whichever device and number
-- it comes. Nobody reads it while a command runs: under SERIALIZABLE all who look into the page of an
-- index where the next ids will stand collide with all who write there. A key that is there already
-- is an error instead, and only then is the outcome of then looked for in command_log, whose own
-- key cannot say it, for that must name the month.
CREATE TABLE command_done (
  id uuid NOT NULL,
  PRIMARY KEY (id)
);
INSERT INTO command_done SELECT id FROM command_log ON CONFLICT DO NOTHING;
