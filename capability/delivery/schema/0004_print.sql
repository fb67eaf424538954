-- What was printed in order to go out on paper.
CREATE TABLE delivery_print (
    paper_id TEXT PRIMARY KEY,
    case_id  TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    at       BIGINT NOT NULL
)
