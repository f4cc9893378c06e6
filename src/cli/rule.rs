//! Rules that the value of a flag must keep; each error says the rule and gives an example.

/// A number above zero, such as a learning rate.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        Ok(_) => Err("it must be a number above 0, for example 0.001".to_owned()),
        Err(_) => Err("it must be a number, for example 0.001".to_owned()),
    }
}

/// A share from 0 to below 1, such as a drop-out rate.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..1.0).contains(&number) => Ok(number),
        _ => Err("it must be a number from 0 to below 1, for example 0.5".to_owned()),
    }
}

/// A count of at least one.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) | Err(_) => Err("it must be a whole number of at least 1".to_owned()),
        Ok(count) => Ok(count),
    }
}

/// A count that may be zero.
pub fn count(text: &str) -> Result<usize, String> {
    text.parse::<usize>().map_err(|_| "it must be a whole number of at least 0".to_owned())
}

/// Yes or no.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("it must be yes or no".to_owned()),
    }
}

/// A side of pictures that can be halved three times.
pub fn eighths(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(side) if side > 0 && side <= 1024 && side % 8 == 0 => Ok(side),
        _ => Err("it must be a multiple of 8 up to 1024, for example 64".to_owned()),
    }
}
