-- What waits for a judge's decision is little; a judge's cases are many.
CREATE INDEX outage_application_filed ON outage_application (filed_at) WHERE state = 'filed'
