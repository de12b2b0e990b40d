-- Identifiers of the species that the name of each feature gives.
ALTER TABLE features ADD COLUMN shorthand VARCHAR;
ALTER TABLE features ADD COLUMN shorthand_level VARCHAR;
ALTER TABLE features ADD COLUMN lipid_maps_class VARCHAR;
ALTER TABLE features ADD COLUMN lipid_maps_entry VARCHAR;
ALTER TABLE features ADD COLUMN swisslipids_class VARCHAR;
