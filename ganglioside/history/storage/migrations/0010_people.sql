-- With whom sessions and jobs are shared: no value with everybody, as before; 'group'; 'own'.
ALTER TABLE sessions ADD COLUMN shared VARCHAR;
ALTER TABLE sessions ADD COLUMN shared_group VARCHAR;
ALTER TABLE jobs ADD COLUMN shared VARCHAR;
ALTER TABLE jobs ADD COLUMN shared_group VARCHAR;
ALTER TABLE jobs ADD COLUMN asked_by VARCHAR;                -- the person as whom it acts, JSON
ALTER TABLE tokens ADD COLUMN person_groups VARCHAR;         -- of the person, JSON
