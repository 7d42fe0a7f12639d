"""Defects left by a linear quench of the transverse-field Ising ring, beside free fermions and the Kibble–Zurek law.

H = -(1 - s) Σ X - s Σ ZZ with s = t/T is critical at s = 1/2. The law, 1 / (2π √(2 τ_Q)) defects a spin with τ_Q = T/8
here (Dziarmaga, Phys. Rev. Lett. 95, 245701 (2005)), is that of a long ring and a slow quench. A finite ring leaves it
where about one pair of defects is left, and is adiabatic from there on.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import sgq


def free_fermions(n: int, time: float) -> float:
    """The same from the pairs of fermions with momenta ±k, each a spin in the field 2 (1 - s - s cos k, 0, s sin k)."""
    k = np.pi * np.arange(1, n, 2) / n

    def slope(t: float, psi: np.ndarray) -> np.ndarray:
        s, (empty, pair) = t / time, psi.reshape(2, -1)
        z, x = 2 * (1 - s - s * np.cos(k)), 2 * s * np.sin(k)
        return -1j * np.concatenate([z * empty + x * pair, x * empty - z * pair])

    start = np.repeat([0j, 1 + 0j], len(k))
    empty, pair = solve_ivp(slope, (0, time), start, method="DOP853", rtol=1e-8, atol=1e-10).y[:, -1].reshape(2, -1)
    return float(2 * (np.abs(np.sin(k / 2) * empty + np.cos(k / 2) * pair) ** 2).sum() / n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"sizes": "8,12,16", "times": "0.25,0.5,1,2,4,8,16,32,64", "output": "kibble_zurek.png"}.items():
        parser.add_argument(f"--{name}", default=value)
    arguments = parser.parse_args()
    times = np.array(arguments.times.split(","), float)
    fine = np.geomspace(times.min(), times.max(), 150)
    ax = plt.figure(figsize=(6, 4.5), layout="constrained").subplots()
    for number, n in enumerate(map(int, arguments.sizes.split(","))):
        ring = sgq.build("ising", shape=(n,), periodic=True)
        runs = [sgq.solve(ring, "schroedinger", annealing_time=time, seed=1).info["sgq"] for time in times]
        defects = [run["residual_energy"] / (2 * n) for run in runs]  # each costs 2
        ax.plot(times, defects, f"C{number}" + "osD^v"[number], label=f"N = {n}")
        ax.plot(fine, [free_fermions(n, time) for time in fine], f"C{number}", lw=1, label="free fermions")
    ax.plot(fine, [free_fermions(100, time) for time in fine], color="0.5", lw=1, label="free fermions, N = 100")
    slow = fine[fine >= 1]
    ax.plot(
        slow,
        1 / (2 * np.pi * np.sqrt(2 * slow / 8)),
        "k--",
        label=r"Kibble–Zurek, $1/(2\pi\sqrt{2\tau_Q})$, $\tau_Q = T/8$",
    )
    ax.set(xscale="log", yscale="log", xlabel="duration T of the quench", ylabel="defects per spin")
    ax.legend(frameon=False, fontsize="small", title="points: schroedinger")
    plt.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()
