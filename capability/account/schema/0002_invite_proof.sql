-- Whoever used his account before accepts a new invitation only with the word
-- that was sent to his own phone: the administrator who hands over the link
-- does not know it.
ALTER TABLE account_invite ADD COLUMN proof TEXT NOT NULL DEFAULT '';
