// Package stats is the court's figures: what each is called, how it is
// computed in words, of what it is a share, where it comes from, and the
// arithmetic. Each figure is written down once, as a row of [Figures]; whoever
// counts cases needs only to say how many of which kind there were ([Tally]),
// and whoever wants to see the cases behind a figure reads the same row.
//
// The figures follow the indicators of the Supreme People's Court for the
// quality of cases. Those documents are not among the texts that this program
// quotes, so every formula here is a definition of the product, says so, and
// has a version.
//
// A figure without a denominator has no value: nothing is neither 0% nor 100%.
// Percentages have two decimals, rounded half away from zero, once.
//
// Reading order: figure.go (what a figure is), figures.go (all of them),
// percent.go, period.go.
package stats
