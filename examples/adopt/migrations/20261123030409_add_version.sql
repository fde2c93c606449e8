-- Add column "version" to table: "Album"
ALTER TABLE `Album` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Artist"
ALTER TABLE `Artist` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Customer"
ALTER TABLE `Customer` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Employee"
ALTER TABLE `Employee` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Genre"
ALTER TABLE `Genre` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Invoice"
ALTER TABLE `Invoice` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "InvoiceLine"
ALTER TABLE `InvoiceLine` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "MediaType"
ALTER TABLE `MediaType` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Playlist"
ALTER TABLE `Playlist` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "PlaylistTrack"
ALTER TABLE `PlaylistTrack` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
-- Add column "version" to table: "Track"
ALTER TABLE `Track` ADD COLUMN `version` integer NOT NULL DEFAULT 1;
