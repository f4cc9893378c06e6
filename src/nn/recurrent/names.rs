//! PyTorch's names of the parameters of a recurrent layer: `weight_ih_l0_reverse` is `stack.layers.0.backward.weight_ih` here.

/// Under which name PyTorch has the tensor that this crate calls `name`.
pub fn to_torch(name: &str) -> String {
    let renamed = || {
        let (module, rest) = match name.strip_prefix("stack.layers.") {
            Some(rest) => ("", rest),
            None => name.split_once(".stack.layers.")?,
        };
        let mut parts = rest.split('.');
        let (layer, direction, tensor) = (parts.next()?, parts.next()?, parts.next()?);
        let reverse = match direction {
            "forward" => "",
            "backward" => "_reverse",
            _ => return None,
        };
        let dot = if module.is_empty() { "" } else { "." };
        Some(format!("{module}{dot}{tensor}_l{layer}{reverse}"))
    };
    renamed().unwrap_or_else(|| name.to_owned())
}

/// Under which name this crate has the tensor that PyTorch calls `name`.
pub fn from_torch(name: &str) -> String {
    let renamed = || {
        let (module, last) = match name.rsplit_once('.') {
            Some((module, last)) => (format!("{module}."), last),
            None => (String::new(), name),
        };
        let (tensor, layer) = last.rsplit_once("_l")?;
        let (layer, direction) = match layer.strip_suffix("_reverse") {
            Some(layer) => (layer, "backward"),
            None => (layer, "forward"),
        };
        layer.parse::<usize>().ok()?;
        ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
            .contains(&tensor)
            .then(|| format!("{module}stack.layers.{layer}.{direction}.{tensor}"))
    };
    renamed().unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{from_torch, to_torch};

    #[test]
    fn names_turn_into_pytorchs_and_back() {
        for (torch, here) in [
            ("weight_ih_l0", "stack.layers.0.forward.weight_ih"),
            ("rnn.bias_hh_l12", "rnn.stack.layers.12.forward.bias_hh"),
            ("a.rnn.weight_hh_l1_reverse", "a.rnn.stack.layers.1.backward.weight_hh"),
            ("fc.weight", "fc.weight"),
            ("fc.weight_l0", "fc.weight_l0"),
            ("stack.layers.0.weight", "stack.layers.0.weight"),
        ] {
            assert_eq!(to_torch(here), torch);
            assert_eq!(from_torch(torch), here);
        }
    }
}
