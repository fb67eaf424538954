-- A parcel is registered once for a paper. Of what two had registered at the
-- same moment the first keeps the number, by which the post's lists find it.
UPDATE delivery_attempt SET find = '' WHERE find <> '' AND EXISTS (
    SELECT 1 FROM delivery_attempt o WHERE o.service_id = delivery_attempt.service_id AND o.find = delivery_attempt.find
    AND (o.at < delivery_attempt.at OR o.at = delivery_attempt.at AND o.id < delivery_attempt.id));
CREATE UNIQUE INDEX delivery_attempt_once ON delivery_attempt (service_id, find) WHERE find <> '';
-- The board shows what hangs and what hung.
DROP INDEX delivery_attempt_notice;
CREATE INDEX delivery_attempt_notice ON delivery_attempt (at) WHERE way = 'notice'
