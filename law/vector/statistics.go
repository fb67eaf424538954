package vector

import (
	"encoding/json"

	"mashang/law/stats"
)

// statisticsInput has the fields of all metrics.
type statisticsInput struct {
	Metric   string           `json:"metric"`
	First    *int64           `json:"firstInstanceClosed"`
	Appealed *int64           `json:"appealedOrProtested"`
	Civil    *int64           `json:"closedCivilFirstInstance"`
	Mediated *int64           `json:"mediated"`
	Withdraw *int64           `json:"withdrawn"`
	Pending  *int64           `json:"pendingAtStart"`
	New      *int64           `json:"newlyReceived"`
	Closed   *int64           `json:"closed"`
	Current  *string          `json:"currentPercent"`
	Previous *string          `json:"previousPercent"`
	Ratings  map[string]int64 `json:"ratings"`
	Counted  *string          `json:"counted"`
}

// statistics puts the numbers of an example into a book, and lets the figure
// itself, as pages and reports use it, do the rest.
func statistics(in json.RawMessage, _ *strict) (map[string]any, error) {
	var v statisticsInput
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	b := stats.Book{Before: stats.Tally{}, In: stats.Tally{}}
	put := func(t stats.Tally, k stats.Kind, kind, mark string, n int64) {
		t[stats.Cell{Kind: k, Type: kind, Mark: mark}] += n
	}
	switch {
	case v.Metric == "一审服判息诉率" && v.First != nil && v.Appealed != nil:
		put(b.In, stats.Closed, "民初", "judgment", *v.First)
		put(b.In, stats.Appealed, "民初", "judgment", *v.Appealed)
		return percent("accepting", b)
	case v.Metric == "民商事案件调撤率" && v.Civil != nil && v.Mediated != nil && v.Withdraw != nil:
		put(b.In, stats.Closed, "民初", "judgment", *v.Civil-*v.Mediated-*v.Withdraw)
		put(b.In, stats.Closed, "民初", "mediation", *v.Mediated)
		put(b.In, stats.Closed, "民初", "withdrawal", *v.Withdraw)
		return percent("settling", b)
	case v.Metric == "结案率" && v.Pending != nil && v.New != nil && v.Closed != nil:
		put(b.Before, stats.Filed, "民初", "", *v.Pending)
		put(b.In, stats.Filed, "民初", "", *v.New)
		put(b.In, stats.Closed, "民初", "judgment", *v.Closed)
		return percent("clearance", b)
	case v.Metric == "收结案比" && v.New != nil && v.Closed != nil:
		put(b.In, stats.Filed, "民初", "", *v.New)
		put(b.In, stats.Closed, "民初", "judgment", *v.Closed)
		return percent("closing_ratio", b)
	case v.Metric == "满意度" && v.Ratings != nil:
		for grade, n := range v.Ratings {
			put(b.In, stats.Rated, "", grade, n)
		}
		return satisfaction(v.Counted, b)
	case v.Metric == "环比百分点":
		return points(v.Current, v.Previous)
	}
	return nil, errShape
}

func percent(key string, b stats.Book) (map[string]any, error) {
	f, _ := stats.ByKey(key)
	return said(f, b), nil
}

func said(f stats.Figure, b stats.Book) map[string]any {
	if r := f.Of(b); r.OK {
		return map[string]any{"percent": f.Says(r)}
	}
	return map[string]any{"percent": nil}
}

// satisfaction counts as satisfied what the example says, else what we do.
func satisfaction(counted *string, b stats.Book) (map[string]any, error) {
	f, _ := stats.ByKey("service")
	if counted != nil && *counted != "" {
		f = f.Counting(stats.Marks(*counted)...)
	}
	return said(f, b), nil
}

// points of a share that was not there, or is not, are nothing.
func points(current, previous *string) (map[string]any, error) {
	if current == nil || previous == nil {
		return map[string]any{"points": nil}, nil
	}
	now, err := stats.ParsePercent(*current)
	if err != nil {
		return nil, err
	}
	before, err := stats.ParsePercent(*previous)
	if err != nil {
		return nil, err
	}
	return map[string]any{"points": stats.Points(now, before).String()}, nil
}
