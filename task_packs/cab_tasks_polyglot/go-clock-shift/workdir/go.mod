module clock

go 1.18
