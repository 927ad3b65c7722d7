module backoff

go 1.18
