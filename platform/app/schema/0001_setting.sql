-- What was fixed at setup and is not a flag: the origin, whether this is a demo.
CREATE TABLE platform_setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
)
