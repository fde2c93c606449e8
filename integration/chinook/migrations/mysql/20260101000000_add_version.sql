-- modify "Album" table
ALTER TABLE `Album` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Artist" table
ALTER TABLE `Artist` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Customer" table
ALTER TABLE `Customer` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Employee" table
ALTER TABLE `Employee` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Genre" table
ALTER TABLE `Genre` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Invoice" table
ALTER TABLE `Invoice` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "InvoiceLine" table
ALTER TABLE `InvoiceLine` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "MediaType" table
ALTER TABLE `MediaType` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Playlist" table
ALTER TABLE `Playlist` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "PlaylistTrack" table
ALTER TABLE `PlaylistTrack` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
-- modify "Track" table
ALTER TABLE `Track` ADD COLUMN `version` bigint NOT NULL DEFAULT 1;
