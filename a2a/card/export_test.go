package card

// OfficialPayloads is for tests.
var OfficialPayloads = officialPayloads
