module league

go 1.18
