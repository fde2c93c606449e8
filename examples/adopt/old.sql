-- The database of a music shop as its authors left it, years before entocc: no version, names and types that are not ent's,
-- and, on Customer, a column, an index and a trigger that ent's schema does not know. The tables are named as those of the
-- Chinook sample database, so that the example runs on that one too; the rows are made up here.

CREATE TABLE Album (
	AlbumId INTEGER NOT NULL PRIMARY KEY,
	Title NVARCHAR(160) NOT NULL,
	ArtistId INTEGER NOT NULL REFERENCES Artist (ArtistId)
);
CREATE TABLE Artist (
	ArtistId INTEGER NOT NULL PRIMARY KEY,
	Name NVARCHAR(120)
);
CREATE TABLE Customer (
	CustomerId INTEGER NOT NULL PRIMARY KEY,
	FirstName NVARCHAR(40) NOT NULL,
	LastName NVARCHAR(20) NOT NULL COLLATE NOCASE,
	Company NVARCHAR(80),
	Address NVARCHAR(70),
	City NVARCHAR(40),
	State NVARCHAR(40),
	Country NVARCHAR(40),
	PostalCode NVARCHAR(10),
	Phone NVARCHAR(24),
	Fax NVARCHAR(24),
	Email NVARCHAR(60) NOT NULL,
	SupportRepId INTEGER REFERENCES Employee (EmployeeId),
	Remark NVARCHAR(80) DEFAULT 'none' CHECK (Remark <> '')
);
CREATE TABLE Employee (
	EmployeeId INTEGER NOT NULL PRIMARY KEY,
	LastName NVARCHAR(20) NOT NULL,
	FirstName NVARCHAR(20) NOT NULL,
	Title NVARCHAR(30),
	ReportsTo INTEGER REFERENCES Employee (EmployeeId),
	BirthDate DATETIME,
	HireDate DATETIME,
	Address NVARCHAR(70),
	City NVARCHAR(40),
	State NVARCHAR(40),
	Country NVARCHAR(40),
	PostalCode NVARCHAR(10),
	Phone NVARCHAR(24),
	Fax NVARCHAR(24),
	Email NVARCHAR(60)
);
CREATE TABLE Genre (
	GenreId INTEGER NOT NULL PRIMARY KEY,
	Name NVARCHAR(120)
);
CREATE TABLE Invoice (
	InvoiceId INTEGER NOT NULL PRIMARY KEY,
	CustomerId INTEGER NOT NULL REFERENCES Customer (CustomerId),
	InvoiceDate DATETIME NOT NULL,
	BillingAddress NVARCHAR(70),
	BillingCity NVARCHAR(40),
	BillingState NVARCHAR(40),
	BillingCountry NVARCHAR(40),
	BillingPostalCode NVARCHAR(10),
	Total NUMERIC(10,2) NOT NULL
);
CREATE TABLE InvoiceLine (
	InvoiceLineId INTEGER NOT NULL PRIMARY KEY,
	InvoiceId INTEGER NOT NULL REFERENCES Invoice (InvoiceId),
	TrackId INTEGER NOT NULL REFERENCES Track (TrackId),
	UnitPrice NUMERIC(10,2) NOT NULL,
	Quantity INTEGER NOT NULL
);
CREATE TABLE MediaType (
	MediaTypeId INTEGER NOT NULL PRIMARY KEY,
	Name NVARCHAR(120)
);
CREATE TABLE Playlist (
	PlaylistId INTEGER NOT NULL PRIMARY KEY,
	Name NVARCHAR(120)
);
CREATE TABLE PlaylistTrack (
	PlaylistId INTEGER NOT NULL REFERENCES Playlist (PlaylistId),
	TrackId INTEGER NOT NULL REFERENCES Track (TrackId),
	PRIMARY KEY (PlaylistId, TrackId)
);
CREATE TABLE Track (
	TrackId INTEGER NOT NULL PRIMARY KEY,
	Name NVARCHAR(200) NOT NULL,
	AlbumId INTEGER REFERENCES Album (AlbumId),
	MediaTypeId INTEGER NOT NULL REFERENCES MediaType (MediaTypeId),
	GenreId INTEGER REFERENCES Genre (GenreId),
	Composer NVARCHAR(220),
	Milliseconds INTEGER NOT NULL,
	Bytes INTEGER,
	UnitPrice NUMERIC(10,2) NOT NULL
);

CREATE INDEX AlbumArtist ON Album (ArtistId);
CREATE INDEX TrackAlbum ON Track (AlbumId);
CREATE INDEX InvoiceCustomer ON Invoice (CustomerId);
CREATE INDEX InvoiceLineInvoice ON InvoiceLine (InvoiceId);
CREATE INDEX CustomerRemark ON Customer (Remark) WHERE Remark <> 'none';
CREATE TRIGGER CustomerEmail AFTER UPDATE OF Email ON Customer WHEN NEW.Email NOT LIKE '%@%'
BEGIN
	SELECT RAISE(ABORT, 'not an address');
END;

CREATE TEMPORARY TABLE Number AS
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 480) SELECT i FROM n;

INSERT INTO Artist SELECT i, 'Band ' || i FROM Number WHERE i <= 24;
INSERT INTO Album SELECT i, 'Record ' || i, 1 + i % 24 FROM Number WHERE i <= 40;
INSERT INTO Genre VALUES (1, 'Jazz'), (2, 'Samba'), (3, 'Fado'), (4, NULL);
INSERT INTO MediaType VALUES (1, 'tape'), (2, 'file');
INSERT INTO Track
	SELECT i, 'Song ' || i, 1 + i % 40, 1 + i % 2, 1 + i % 4, nullif('Composer ' || i % 7, 'Composer 0'), 120000 + 311 * i, 4096 * i, 0.99
	FROM Number;
INSERT INTO Playlist VALUES (1, 'All'), (2, 'Evening'), (3, 'Nothing yet');
INSERT INTO PlaylistTrack SELECT 1, i FROM Number UNION ALL SELECT 2, i FROM Number WHERE i % 5 = 0;
INSERT INTO Employee (EmployeeId, LastName, FirstName, Title, ReportsTo, HireDate, City, Country, Email) VALUES
	(1, 'Costa', 'Inês', 'Manager', NULL, '2009-03-01 00:00:00', 'Porto', 'Portugal', 'ines@shop.example'),
	(2, 'Reis', 'Tiago', 'Sales', 1, '2011-09-15 00:00:00', 'Porto', 'Portugal', 'tiago@shop.example'),
	(3, 'Maas', 'Jan', 'Sales', 1, '2014-01-02 00:00:00', 'Gent', 'Belgium', 'jan@shop.example');
INSERT INTO Customer
	SELECT i, 'First' || i, 'Last' || i, NULL, 'Street ' || i, 'Town ' || i % 9, NULL, 'Country ' || i % 5, '10' || i, NULL, NULL, 'c' || i || '@mail.example',
		2 + i % 2, CASE WHEN i % 10 = 0 THEN 'pays late' ELSE 'none' END
	FROM Number WHERE i <= 60;
UPDATE Customer SET FirstName = 'Rosa', LastName = 'Lima', City = 'Lisboa' WHERE CustomerId = 1;
INSERT INTO Invoice
	SELECT i, 1 + i % 60, date('2012-01-01', '+' || i || ' days') || ' 00:00:00', 'Street ' || i % 60, 'Town ' || i % 9, NULL, 'Country ' || i % 5, '10' || i % 60, 0
	FROM Number WHERE i <= 120;
INSERT INTO InvoiceLine (InvoiceId, TrackId, UnitPrice, Quantity)
	SELECT v.i, 1 + (v.i * 7 + l.i * 9) % 480, 0.99, 1
	FROM Number v JOIN Number l ON l.i <= CASE WHEN v.i % 5 = 0 THEN 14 ELSE 1 + v.i % 4 END
	WHERE v.i <= 120 ORDER BY v.i, l.i;
UPDATE Invoice SET Total = (SELECT round(sum(UnitPrice * Quantity), 2) FROM InvoiceLine l WHERE l.InvoiceId = Invoice.InvoiceId);

DROP TABLE Number;
