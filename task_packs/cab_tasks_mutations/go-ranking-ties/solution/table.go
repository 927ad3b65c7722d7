package league

import "sort"

// Table returns the rows of all teams: most points first, then the better difference, then by name.
func Table(matches []Match) []Row {
	rows := map[string]*Row{}
	count := func(team string, own, other int) {
		if rows[team] == nil {
			rows[team] = &Row{Team: team}
		}
		rows[team].Points += points(own, other)
		rows[team].Goals += own - other
	}
	for _, m := range matches {
		count(m.Home, m.HomeGoals, m.AwayGoals)
		count(m.Away, m.AwayGoals, m.HomeGoals)
	}
	table := []Row{}
	for _, row := range rows {
		table = append(table, *row)
	}
	sort.Slice(table, func(i, j int) bool {
		a, b := table[i], table[j]
		if a.Points != b.Points {
			return a.Points > b.Points
		}
		if a.Goals != b.Goals {
			return a.Goals > b.Goals
		}
		return a.Team < b.Team
	})
	return table
}
