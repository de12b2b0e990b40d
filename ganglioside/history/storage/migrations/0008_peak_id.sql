-- The row that stands for the peak of each feature.
ALTER TABLE features ADD COLUMN peak_id BIGINT;
