module stats

go 1.18
