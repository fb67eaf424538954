package statistics

import (
	"context"

	"mashang/docket"
	"mashang/docket/fact"
	"mashang/law"
	"mashang/law/stats"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/jobs"
)

// hears are the facts that change a figure. Facts of a case are heard in order.
func (s *Service) hears() []app.Hearing {
	return []app.Hearing{
		{Fact: "case_accepted", Do: changed[fact.CaseAccepted](s)}, {Fact: "judge_changed", Do: changed[fact.JudgeChanged](s)},
		{Fact: "case_moved", Do: changed[fact.CaseMoved](s)}, {Fact: "case_closed", Do: changed[fact.CaseClosed](s)},
		{Fact: "case_imported", Do: changed[fact.CaseImported](s)}, {Fact: "case_withdrawn", Do: heard(s, withdrawn)},
		{Fact: "case_appealed", Do: heard(s, appeal)},
		{Fact: "opinion_given", Do: heard(s, given)}, {Fact: "opinion_rated", Do: heard(s, opinion)},
		{Fact: "service_rated", Do: heard(s, service)}, {Fact: "code_visited", Do: heard(s, visited)},
	}
}

// heard is a listener that keeps the books: no state of a case changes, so it
// is noted, not entered.
func heard[F app.Fact](s *Service, do func(tx *db.Tx, f F) error) func(context.Context, *jobs.Job) error {
	return func(ctx context.Context, j *jobs.Job) error {
		f, err := app.Hear[F](j)
		if err != nil {
			return err
		}
		return s.k.Note(ctx, func(tx *db.Tx) error {
			if err := do(tx, f); err != nil {
				return err
			}
			return j.Finish(tx)
		})
	}
}

// changed is a listener for whom it is enough that a case changed.
func changed[F app.Fact](s *Service) func(context.Context, *jobs.Job) error {
	return heard(s, func(tx *db.Tx, f F) error { return recount(tx, f.FactCase()) })
}

func appeal(tx *db.Tx, f fact.CaseAppealed) error {
	if err := appealed(tx, f.Case, f.Kind, f.On.String()); err != nil {
		return err
	}
	return recount(tx, f.Case)
}

// withdrawn: of a case that should not have been, nothing is counted.
func withdrawn(tx *db.Tx, f fact.CaseWithdrawn) error {
	c, err := docket.CaseOf(tx, f.Case)
	if err != nil {
		return err
	}
	visits, err := db.List[event](tx, `SELECT `+eventCols+` FROM statistics_event WHERE court_id = ? AND kind = 'visit' AND case_id = ?`, c.Court, f.Case)
	if err != nil {
		return err
	}
	if err := change(tx, visits, nil); err != nil {
		return err
	}
	return recount(tx, f.Case)
}

func given(tx *db.Tx, f fact.OpinionGiven) error {
	return within(tx, f.Case, event{ID: "opinion/" + f.Message, Kind: stats.Opinion, On: f.On})
}

func opinion(tx *db.Tx, f fact.OpinionRated) error {
	return within(tx, f.Case, event{ID: "handled/" + f.Message, Kind: stats.Handled, On: f.On, Mark: f.Grade})
}

func service(tx *db.Tx, f fact.ServiceRated) error {
	return within(tx, f.Case, event{ID: "rated/" + f.Rating, Kind: stats.Rated, On: f.On, Mark: f.Grade})
}

func visited(tx *db.Tx, f fact.CodeVisited) error {
	return within(tx, f.Case, event{ID: "visit/" + f.Case + "/" + f.On.String() + "/" + f.Person, Kind: stats.Visit, On: f.On, Person: f.Person})
}

// within counts something that happened in a case for those who handle it then.
func within(tx *db.Tx, caseID string, what event) error {
	e, err := around(tx, caseID)
	if err != nil {
		return err
	}
	e.ID, e.Kind, e.On, e.Mark, e.Person = what.ID, what.Kind, what.On, what.Mark, what.Person
	return put(tx, e)
}

// today is the day where the courts are.
func (s *Service) today() law.Date { return docket.Today(s.k.Now()) }
