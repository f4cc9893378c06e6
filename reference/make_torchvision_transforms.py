"""Makes reference/fixtures/torchvision_transforms.safetensors: a small picture and what torchvision makes of it (section 14.2.2 to
14.2.4), and the random crops and flips that it draws after torch.manual_seed(1).

    python reference/make_torchvision_transforms.py      # needs torch, torchvision, pillow, numpy, safetensors
"""

import pathlib

import numpy
import torch
from PIL import Image
from safetensors.numpy import save_file
from torchvision import transforms
from torchvision.transforms import functional

OUT = pathlib.Path(__file__).parent / "fixtures" / "torchvision_transforms.safetensors"


def picture(height=40, width=32):
    """Waves of three lengths and a little noise, so that every transformation leaves its mark."""
    rows, columns = numpy.mgrid[0:height, 0:width]
    noise = numpy.random.RandomState(1).randint(-25, 26, (height, width, 3))
    waves = [numpy.sin(rows / 5 + channel) * numpy.cos(columns / (3 + channel)) for channel in range(3)]
    return numpy.clip(128 + 110 * numpy.stack(waves, axis=2) + noise, 0, 255).astype(numpy.uint8)


def draws(count):
    """Top, left and flip of each picture, in the order of the book's pipeline."""
    torch.manual_seed(1)
    face = Image.new("RGB", (178, 218))
    rows = []
    for _ in range(count):
        top, left, _, _ = transforms.RandomCrop.get_params(face, (178, 178))
        rows.append([top, left, int(torch.rand(1) < 0.5)])
    return rows


def main():
    pixels = picture()
    image = Image.fromarray(pixels)
    made = {
        "crop": functional.crop(image, 5, 3, 20, 16),
        "flip": functional.hflip(image),
        "contrast": functional.adjust_contrast(image, contrast_factor=2),
        "less_contrast": functional.adjust_contrast(image, contrast_factor=0.4),
        "brightness": functional.adjust_brightness(image, brightness_factor=1.3),
        "centre_crop": functional.center_crop(image, [27, 21]),
        "zoomed": functional.resize(functional.center_crop(image, [28, 22]), [40, 32]),
        "small": functional.resize(image, [11, 9]),
        "large": functional.resize(image, [64, 64]),
        "wide": functional.resize(image, [13, 50]),
    }
    arrays = {name: numpy.asarray(result) for name, result in made.items()}
    arrays["picture"] = pixels
    arrays["draws"] = numpy.array(draws(12), dtype=numpy.int64)
    save_file({name: numpy.ascontiguousarray(array) for name, array in arrays.items()}, OUT)


main()
