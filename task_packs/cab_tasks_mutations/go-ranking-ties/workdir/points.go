// Package league ranks teams.
package league

// Match is a match between two teams.
type Match struct {
	Home, Away           string
	HomeGoals, AwayGoals int
}

// Row is what a team has.
type Row struct {
	Team          string
	Points, Goals int // Goals is the difference of goals shot and let in
}

// points returns a team's points for a match: three, one or none.
func points(own, other int) int {
	switch {
	case own > other:
		return 3
	case own < other:
		return 1
	}
	return 0
}
