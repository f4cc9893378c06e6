//! Where a walk through a model is.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// The fields that lead to a parameter, with the layers that they belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail(Vec<(String, String)>);

impl Trail {
    pub fn enter(&mut self, name: &str, container: &str) {
        self.0.push((name.to_owned(), container.to_owned()));
    }

    pub fn exit(&mut self) {
        self.0.pop();
    }

    /// The parameter's name, with dots; burn's words for the parameters of a norm become PyTorch's.
    pub fn name(&self) -> String {
        let word = |(name, _): &(String, String)| match name.as_str() {
            "gamma" => "weight".to_owned(),
            "beta" => "bias".to_owned(),
            name => name.to_owned(),
        };
        self.0.iter().map(word).collect::<Vec<_>>().join(".")
    }

    /// Whether the parameter is a dense layer's weight, which is `[in, out]` here and `[out, in]` in files.
    pub fn is_turned(&self) -> bool {
        self.0.last().is_some_and(|(name, layer)| name == "weight" && layer == "Struct:Linear")
    }
}

/// The names and shapes, as files have them, of all parameters of a model.
pub(super) fn shapes<M: Module>(model: &M) -> Vec<(String, Vec<usize>)> {
    #[derive(Default)]
    struct Shapes(Trail, Vec<(String, Vec<usize>)>);
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.0.exit();
        }
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            let mut shape = parameter.shape().to_vec();
            if self.0.is_turned() {
                shape.reverse();
            }
            self.1.push((self.0.name(), shape));
        }
    }
    let mut found = Shapes::default();
    model.visit(&mut found);
    found.1
}
