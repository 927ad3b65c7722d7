module doubled

go 1.18
