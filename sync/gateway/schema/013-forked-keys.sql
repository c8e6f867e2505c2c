-- Keys under which two disks wrote: nothing new begins with one until an operator has given a new key. `least_epoch`: the
-- first epoch that may have been written under this key, or under the one it took over from.
ALTER TABLE terminal_certificate ADD COLUMN forked_at TEXT;
ALTER TABLE terminal_certificate ADD COLUMN least_epoch INTEGER NOT NULL DEFAULT 1;

-- of keys of earlier releases: one above what the centre held when it was enrolled; a renewal changes nothing about it
UPDATE terminal_certificate SET least_epoch = 1 + coalesce((SELECT max(c.epoch) FROM chain c
    WHERE c.terminal = terminal_certificate.terminal AND c.received_at < (SELECT max(k.enrolled_at) FROM terminal_key k
        WHERE k.terminal = terminal_certificate.terminal AND k.fingerprint = terminal_certificate.fingerprint)), 0)
WHERE NOT EXISTS (SELECT 1 FROM key_renewal r
    WHERE r.terminal = terminal_certificate.terminal AND r.new = terminal_certificate.fingerprint);
UPDATE terminal_certificate SET least_epoch = coalesce((SELECT e.least_epoch FROM terminal_certificate e
    WHERE e.terminal = terminal_certificate.terminal AND e.id < terminal_certificate.id
    AND NOT EXISTS (SELECT 1 FROM key_renewal r WHERE r.terminal = e.terminal AND r.new = e.fingerprint)
    ORDER BY e.id DESC LIMIT 1), 1)
WHERE EXISTS (SELECT 1 FROM key_renewal r
    WHERE r.terminal = terminal_certificate.terminal AND r.new = terminal_certificate.fingerprint);

-- forks that were found before: of epochs that may have been written under the key, since it was enrolled
UPDATE terminal_certificate SET forked_at = (SELECT min(a.at) FROM alarm a
    WHERE a.terminal = terminal_certificate.terminal AND a.code = 'fork' AND a.epoch >= terminal_certificate.least_epoch
    AND a.at >= (SELECT max(k.enrolled_at) FROM terminal_key k
        WHERE k.terminal = terminal_certificate.terminal AND k.fingerprint = terminal_certificate.fingerprint))
WHERE NOT EXISTS (SELECT 1 FROM key_renewal r
    WHERE r.terminal = terminal_certificate.terminal AND r.new = terminal_certificate.fingerprint);
UPDATE terminal_certificate SET forked_at = (SELECT e.forked_at FROM terminal_certificate e
    WHERE e.terminal = terminal_certificate.terminal AND e.id < terminal_certificate.id
    AND NOT EXISTS (SELECT 1 FROM key_renewal r WHERE r.terminal = e.terminal AND r.new = e.fingerprint)
    ORDER BY e.id DESC LIMIT 1)
WHERE EXISTS (SELECT 1 FROM key_renewal r
    WHERE r.terminal = terminal_certificate.terminal AND r.new = terminal_certificate.fingerprint);

-- the forks of one epoch are one alarm, from the first number to the last
UPDATE alarm SET last_seq = (SELECT nullif(max(a.seq), min(a.seq)) FROM alarm a
    WHERE a.terminal = alarm.terminal AND a.code = 'fork' AND a.epoch = alarm.epoch)
WHERE code = 'fork' AND seq = (SELECT min(a.seq) FROM alarm a
    WHERE a.terminal = alarm.terminal AND a.code = 'fork' AND a.epoch = alarm.epoch);
DELETE FROM alarm WHERE code = 'fork' AND seq > (SELECT min(a.seq) FROM alarm a
    WHERE a.terminal = alarm.terminal AND a.code = 'fork' AND a.epoch = alarm.epoch);
