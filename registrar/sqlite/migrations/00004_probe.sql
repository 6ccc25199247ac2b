-- +goose Up

-- For finding out whether anything can be written; empty otherwise.
CREATE TABLE probe (
    content BLOB NOT NULL
) STRICT;
