"""Fashion-MNIST: small photographs of garments, or drawn ones as a stand-in."""

from proctor.datasets import garments, mnist
from proctor.datasets.dataset import Dataset

FASHION = Dataset(
    name="fashion",
    noun="garments",
    draw=lambda split: mnist.draw_once(f"fashion-{split}-{garments.DRAWING}", split, garments.draw_garments),
    drawing=garments.DRAWING,
    count=lambda data: len(data[0]),
    file="fashion_mnist.npz",
    sha256="5b6d2c4c694a91887af8ab7d039c04f80af3c29378d731c93a538d2e831aa469",
    read=mnist.read,  # the file has the layout of MNIST's
    part="fashion_mnist.npz",
    write=mnist.write,
)
