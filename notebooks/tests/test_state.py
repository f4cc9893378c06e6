"""What a cell makes is there in the next: random numbers, models, tensors on any device; and no other notebook sees it."""

import json
import subprocess

import pytest
from session import PROJECT, Session

EPOCHS = 2
DRAW = "companion::burn::tensor::Distribution::Default"


def program(device, folder):
    """What the chapter's program says of as many epochs as the notebook trains in two cells."""
    flags = ["--num-epochs", str(2 * EPOCHS), "--device", device, "--out", str(folder)]
    command = ["cargo", "run", "--quiet", "--package", "ch13-mechanics", "--", "mpg", *flags]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (results,) = folder.rglob("results.json")
    return json.loads(results.read_text())["metrics"]


@pytest.mark.parametrize("device", ["cpu", "webgpu"])
def test_a_model_trained_over_several_cells_is_the_program_s(session, device, tmp_path):
    session.ok(
        f'set_default_device("{device}")?;\n'
        "use companion::ch13::{mpg::{self, MpgSettings}, mpg_data::Cars, mpg_net::MpgNet};\n"
        'let project = run("ch13-mechanics", "mpg")?;\n'
        "let cars = Cars::load(&project)?;\n"
        f"let mut settings = MpgSettings::quick();\nsettings.num_epochs = {EPOCHS};\n"
        "let hidden = [settings.hidden1, settings.hidden2];\n"
        "let net = MpgNet::new(cars.train.width, hidden, &Generator::seeded(1), &project.training_device());"
    )
    for _ in range(2):
        session.ok("let (net, history) = mpg::train(net, &cars.train, &settings, &project)?;", timeout=600)
    reply = session.ok(
        "let answers = mpg::predictions(&net.valid(), &cars.test, &project.device);\n"
        "let (mse, mae) = mpg::errors(&answers, &cars.test.targets);\n"
        'println!("{mse} {mae}");'
    )
    mse, mae = map(float, reply.stdout.split())
    metrics = program(device, tmp_path)
    tolerance = 0 if device == "cpu" else 1e-5
    assert mse == pytest.approx(metrics["test MSE"], rel=tolerance, abs=0), metrics
    assert mae == pytest.approx(metrics["test MAE"], rel=tolerance, abs=0), metrics
    session.ok('set_default_device("cpu")?;')


@pytest.mark.parametrize("device", ["cpu", "webgpu"])
def test_a_seed_of_one_cell_governs_the_next(session, device):
    draws = []
    for _ in range(2):
        session.ok(f'let place = device("{device}")?;\nplace.seed(7);')
        draws.append(
            session.ok(
                f"let draw = Tensor::<1>::random([4], {DRAW}, &place);\n"
                'println!("{:?}", draw.into_data().iter::<f32>().collect::<Vec<_>>());'
            ).stdout
        )
    assert draws[0] == draws[1] and "0." in draws[0], draws


def test_a_tensor_on_the_gpu_is_used_four_cells_later(session):
    session.ok('let gpu = device("webgpu")?;\nlet early = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 4.0]], &gpu);')
    for number in range(3):
        session.ok(f"let between{number} = Tensor::<2>::ones([2, 2], &gpu).matmul(Tensor::ones([2, 2], &gpu));")
    reply = session.ok(
        "let late = early.matmul(between2);\n"
        'println!("{:?}", late.into_data().iter::<f32>().collect::<Vec<_>>());'
    )
    assert reply.stdout == "[6.0, 6.0, 14.0, 14.0]\n", reply.text


def test_gradients_cross_cells(session):
    session.ok("let place = default_device().autodiff();\nlet x = Tensor::<1>::from_floats([3.0], &place).require_grad();")
    session.ok("let y = x.clone() * x.clone();")
    session.ok("let gradients = y.backward();")
    reply = session.ok('println!("{}", x.grad(&gradients).expect("a gradient").into_scalar::<f32>());')
    assert reply.stdout == "6\n", reply.text


def test_two_notebooks_at_once_do_not_disturb_each_other(session):
    other = Session()
    try:
        session.ok('let mine = String::from("first");\ndefault_device().seed(1);')
        other.ok('let mine = String::from("second");\ndefault_device().seed(2);')
        cells = [f"let n = {i};\nprintln!(\"{{mine}} {{n}}\");" for i in range(4)]
        for cell in cells:
            here, there = session.send(cell), other.send(cell)
            first, second = session.collect(here), other.collect(there)
            assert first.stdout.startswith("first ") and second.stdout.startswith("second "), first.text + second.text
        assert "mine" in other.fails("let mine: i32 = mine;").error
        other.run("std::process::exit(1);")
        assert session.ok('println!("{mine}");').stdout == "first\n"
    finally:
        other.close()
