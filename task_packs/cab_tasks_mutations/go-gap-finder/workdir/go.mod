module gaps

go 1.18
