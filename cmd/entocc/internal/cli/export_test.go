package cli

// LibraryVersion is for the tests.
var LibraryVersion = libraryVersion
