//! Doing something again until it works.

/// Calls `op` until it succeeds, at most `max_attempts` times, and returns its last result.
///
/// With no attempts allowed the result is an error.
pub fn retry<T, F>(max_attempts: u32, mut op: F) -> Result<T, String>
where
    F: FnMut() -> Result<T, String>,
{
    let mut last = Err(String::from("no attempts were allowed"));
    for _ in 0..max_attempts {
        last = op();
        if last.is_err() {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_attempt_ok_returns_immediately() {
        let mut calls = 0;
        let result = retry(3, || {
            calls += 1;
            Ok(7)
        });
        assert_eq!(result, Ok(7));
        assert_eq!(calls, 1);
    }

    #[test]
    fn gives_up_after_max_attempts() {
        let mut calls = 0;
        let result: Result<(), String> = retry(4, || {
            calls += 1;
            Err(format!("attempt {calls}"))
        });
        assert_eq!(result, Err(String::from("attempt 4")));
        assert_eq!(calls, 4);
    }

    #[test]
    fn retries_on_error_until_success() {
        let mut calls = 0;
        let result = retry(5, || {
            calls += 1;
            if calls < 3 {
                Err(String::from("not yet"))
            } else {
                Ok(calls)
            }
        });
        assert_eq!(result, Ok(3));
    }

    #[test]
    fn zero_max_attempts_errors() {
        let result = retry(0, || Ok(1));
        assert!(result.is_err());
    }
}
