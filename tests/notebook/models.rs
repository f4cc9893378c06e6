//! Models as tables of layers.

use mlbook::nn::observe;
use mlbook::notebook::{LayerRow, Show, layers, layers_of};
use mlbook::prelude::*;

/// The digit network of chapter 14, and a layer written by hand.
#[derive(Module, Debug)]
struct Net {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    head: Head,
    spare: burn::nn::LayerNorm,
}

#[derive(Module, Debug)]
struct Head {
    fc: Linear,
    dropout: Dropout,
    scale: Scale,
}

#[derive(Module, Debug)]
struct Scale {
    factor: burn::module::Param<Tensor<1>>,
}

impl Net {
    fn new(device: &Device) -> Self {
        let rng = Generator::seeded(1);
        Self {
            conv1: conv2d(1, 32, 5).padding(2).init(&rng, device),
            conv2: conv2d(32, 64, 5).padding(2).init(&rng, device),
            pool: max_pool2d(2),
            head: Head {
                fc: linear(64 * 7 * 7, 10).init(&rng, device),
                dropout: dropout(0.5).init(&rng),
                scale: Scale { factor: burn::module::Param::from_data([2.0], device) },
            },
            spare: burn::nn::LayerNormConfig::new(4).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(images)));
        let x = self.pool.forward(relu(self.conv2.forward(x)));
        let x = self.head.fc.forward(x.flatten(1, 3));
        self.head.scale.forward(self.head.dropout.forward(x))
    }
}

impl Scale {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        observe::leaves(self.factor.id, x * self.factor.val().unsqueeze())
    }
}

fn row(name: &str, kind: &str, output: &[usize], parameters: usize) -> LayerRow {
    let output = (!output.is_empty()).then(|| output.to_vec());
    LayerRow {
        name: name.into(),
        kind: kind.into(),
        calls: usize::from(output.is_some()),
        output,
        parameters,
    }
}

#[test]
fn layers_come_in_the_order_in_which_data_pass_them() {
    let device = Device::flex();
    let net = Net::new(&device);
    let table = layers(&net, |net| net.forward(Tensor::zeros([2, 1, 28, 28], &device)));
    let expected = [
        row("conv1", "Conv2d", &[2, 32, 28, 28], 832),
        row("pool", "MaxPool2d", &[2, 32, 14, 14], 0),
        row("conv2", "Conv2d", &[2, 64, 14, 14], 51_264),
        row("pool", "MaxPool2d", &[2, 64, 7, 7], 0),
        row("head.fc", "Linear", &[2, 10], 31_370),
        row("head.dropout", "Dropout", &[2, 10], 0),
        row("head.scale", "Scale", &[2, 10], 1),
        row("spare", "LayerNorm", &[], 8),
    ];
    assert_eq!(table.rows, expected);
    assert_eq!(table.parameters, net.num_params());
    let plain = table.content().plain().to_owned();
    assert!(plain.contains("conv1         Conv2d     [2, 32, 28, 28]         832"), "{plain}");
    assert!(plain.ends_with("83,475"), "{plain}");
}

#[test]
fn a_model_shows_without_being_run_and_a_layer_on_its_own() {
    let device = Device::flex();
    let net = Net::new(&device).valid();
    let table = layers_of(&net);
    assert_eq!(table.rows.len(), 7);
    assert!(!table.content().plain().contains("output shape"));
    let layer = linear(3, 2).init(&Generator::seeded(1), &device);
    let table = layers(&layer, |layer| {
        for _ in 0..5 {
            layer.forward(Tensor::<3>::zeros([4, 7, 3], &device));
        }
    });
    assert_eq!(table.rows, [LayerRow { calls: 5, ..row("", "Linear", &[4, 7, 2], 8) }]);
    assert!(table.content().plain().contains("[4, 7, 2] × 5"));
}

#[test]
fn a_layer_that_is_used_twice_has_its_parameters_once() {
    let device = Device::flex();
    let layer = linear(3, 3).init(&Generator::seeded(1), &device);
    let table = layers(&layer, |layer| {
        layer.forward(Tensor::<2>::zeros([1, 3], &device));
        layer.forward(Tensor::<2>::zeros([2, 3], &device));
    });
    assert_eq!(table.rows, [row("", "Linear", &[1, 3], 12), row("", "Linear", &[2, 3], 0)]);
}
