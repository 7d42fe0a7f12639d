"""Instances that others published, loaded and compared with their stated optima and given solutions.

A stated energy that is met by a given state, or met exactly by an exact solver, fixes sign, factor two,
orientation and numbering at once.
"""

import csv
import gzip
from pathlib import Path

import dimod
import numpy as np
import pytest
from dwave.samplers import TreeDecompositionSolver
from numpy.typing import NDArray

import sgq

FAMILIES = {  # folder: pattern, format= where the text is ambiguous, number of files, class
    "biqmac_ising": ("*.mc*", None, 12, "MaxCut"),
    "biqmac_qubo": ("[bg]*.sparse*", "qubo", 30, "ModelProblem"),
    "biqmac_rudy": ("*.mc*", None, 10, "MaxCut"),
    "chimera_droplet": ("*.txt*", None, 18, "IsingProblem"),
    "chimera_j124": ("*.txt*", None, 12, "IsingProblem"),
    "ea2d_cool": ("*.latfile", None, 21, "IsingProblem"),
    "ea2d_open_vna": ("*.txt*", "ising", 13, "IsingProblem"),
    "ea3d_dwave_logical": ("*.mat", None, 16, "IsingProblem"),
    "generated_ising": ("*.npz", None, 13, "IsingProblem"),
    "gset": ("G*.txt*", None, 12, "MaxCut"),
    "mqlib_ratio912": ("g*.txt", "rudy", 10, "MaxCut"),
    "pegasus_lanl": ("*.json*", None, 16, "ModelProblem"),
    "qplib_qbb": ("*.opb*", None, 7, "ModelProblem"),
    "spinglasspeps_examples": ("*.txt.gz", None, 2, "IsingProblem"),
    "torus_dimacs": ("*.dat.gz", None, 2, "MaxCut"),
}


@pytest.mark.parametrize("folder", FAMILIES)
def test_every_file_loads(data: Path, folder: str) -> None:
    pattern, format, number, kind = FAMILIES[folder]
    files = sorted((data / folder).glob(pattern))
    assert len(files) == number
    for file in files:
        problem = sgq.load(file, format=format)
        assert type(problem).__name__ == kind
        assert problem.parameters["file"] == file.name
        assert np.isfinite(problem.energies(np.ones(problem.num_variables, dtype=np.int8))).all()


def test_every_formula_loads(data: Path) -> None:
    files = sorted(data.glob("*satlib_*/*.cnf.gz"))
    assert len(files) == 142
    for file in files:
        problem = sgq.load(file)
        header = next(line.split() for line in _text(file).splitlines() if line.startswith("p"))
        assert [problem.num_variables, len(problem.instance)] == [int(word) for word in header[2:]]


@pytest.mark.parametrize("solver", ["cdcl", "walksat"])
def test_satisfiability(data: Path, solver: str) -> None:
    """Every formula of known answer; of those that take seconds to refute, two."""
    if solver == "cdcl":
        pytest.importorskip("pysat")
    for family in sorted(data.glob("*satlib_*")):
        satisfiable = not any(word in family.name for word in ("uuf", "unsat"))
        files = sorted(family.glob("*.cnf.gz"))
        for file in files[:2] if "uuf250" in family.name else files:
            if solver == "cdcl":
                assert sgq.solve(sgq.load(file), "cdcl").info["sgq"]["satisfiable"] is satisfiable, file
            elif satisfiable:
                samples = sgq.solve(sgq.load(file), "walksat", seed=1, time_limit=60.0)
                assert samples.first.energy == 0, file


def test_sizes(data: Path) -> None:
    sizes = {
        "gset/G1.txt.gz": (800, 19176),
        "gset/G70.txt.gz": (10000, 9999),  # 1354 vertices without an edge
        "chimera_droplet/chimera512_droplet_001.txt.gz": (512, 1472),
        "ea2d_cool/toroidal2d_16x16_00000000.latfile": (256, 512),
        "ea3d_dwave_logical/L10_0000.mat": (999, 2795),
        "generated_ising/Pegasus_P16.npz": (5640, 40484),
        "spinglasspeps_examples/zephyr_Z3_RAU_001.txt.gz": (332, 2735),
        "torus_dimacs/toruspm3-8-50.dat.gz": (512, 1536),
    }
    for name, size in sizes.items():
        problem = sgq.load(data / name)
        assert (problem.num_variables, len(problem.couplings)) == size
    assert list(sgq.load(data / "ea2d_cool/toroidal2d_4x4_00000000.latfile").variables) == list(range(16))
    assert list(sgq.load(data / "chimera_j124/C8_J124_001.txt").variables) == list(range(1, 513))
    assert sgq.load(data / "spinglasspeps_examples/zephyr_Z3_RAU_001.txt.gz").variables[0] == 2


def test_gset_cuts(data: Path) -> None:
    files = sorted((data / "gset/solutions").glob("*_romank_cut.txt*"))
    assert len(files) == 11
    for file in files:
        name = file.name.split("_")[0]
        problem = sgq.load(_file(data / "gset", name))
        stated = float((data / f"gset/solutions/{name}_romank_value.txt").read_text())
        assert problem.decode(_numbers(file)).cut == stated


def test_vertex_1_is_the_first(data: Path) -> None:
    bits = int((data / "gset/solutions/G1_openising_bits_hex.txt").read_text(), 16)
    spins = np.array([1 if bit == "1" else -1 for bit in f"{bits:0800b}"])
    assert sgq.load(data / "gset/G1.txt.gz").decode(spins).cut == 11624


def test_biqmac_states(data: Path) -> None:
    files = sorted((data / "biqmac_qubo/solutions").glob("*_romank_cut.txt"))
    assert len(files) == 11
    for file in files:
        name = file.name.split("_")[0]
        cut = _numbers(file)
        x = (cut[1:] != cut[0]).astype(int)  # the first vertex of the max-cut form stands for the constant
        stated = float((data / f"biqmac_qubo/solutions/{name}_romank_value.txt").read_text())
        assert sgq.load(_file(data / "biqmac_qubo", name)).energies(x)[0] == stated


def test_droplet_states(data: Path) -> None:
    files = sorted((data / "chimera_droplet/solutions").glob("*_state01.txt"))
    assert len(files) == 15
    for file in files:
        name = file.name.removesuffix("_state01.txt")
        energy = sgq.load(_file(data / "chimera_droplet", name)).energies(2 * _numbers(file) - 1)[0]
        assert energy == pytest.approx(_stated(data, "chimera_droplet", name), abs=1e-4)  # couplings have 6 digits


def test_qplib_state(data: Path) -> None:
    bits = np.array([int(bit) for bit in _text(data / "qplib_qbb/solutions/QPLIB_3877_sa602_bits.txt").strip()])
    assert sgq.load(data / "qplib_qbb/QPLIB_3877.opb").energies(bits)[0] == -602


def test_one_matrix_in_two_formats(data: Path) -> None:
    """QPLIB 5881 is be120.3.1 with its variables renamed: the off-diagonal numbers of the latter count twice."""
    one, two = (
        sgq.load(data / name).model for name in ("qplib_qbb/QPLIB_5881.opb.gz", "biqmac_qubo/be120.3.1.sparse.gz")
    )
    assert sorted(one.linear.values()) == sorted(two.linear.values())
    assert sorted(one.quadratic.values()) == sorted(two.quadratic.values())


@pytest.mark.parametrize(
    ("folder", "pattern", "format"),
    [
        ("pegasus_lanl", "*Size-2_*", None),
        ("ea2d_cool", "toroidal2d_[48]x*", None),
        ("ea2d_cool", "weak*", None),
        ("ea2d_open_vna", "10x10*", "ising"),
        ("chimera_droplet", "chimera128_droplet_001*", None),
        ("biqmac_ising", "t2g10*", None),
    ],
)
def test_exact_energies(data: Path, folder: str, pattern: str, format: str | None) -> None:
    """Tree decomposition, which is exact; the servers' energies per spin are rounded to about 1e-6."""
    files = sorted((data / folder).glob(pattern))
    assert files
    for file in files:
        problem = sgq.load(file, format=format)
        best = sgq.solve(problem, TreeDecompositionSolver()).first
        found = problem.decode(best.sample).cut if folder == "biqmac_ising" else best.energy
        per_spin = problem.num_variables if folder.startswith("ea2d") else 1
        assert found / per_spin == pytest.approx(_stated(data, folder, _stem(file)), rel=1e-5)


@pytest.mark.parametrize(
    ("folder", "pattern", "format"),
    [
        ("biqmac_qubo", "bqp50-*", None),
        ("biqmac_qubo", "gka1[abcd].sparse", None),
        ("biqmac_rudy", "*1s_*", None),
        ("biqmac_rudy", "g05_60*", None),
        ("mqlib_ratio912", "g*.txt", "rudy"),
        ("generated_ising", "SK128.npz", None),
        ("generated_ising", "EA2D_pm_L16.npz", None),
    ],
)
def test_annealed_energies(data: Path, folder: str, pattern: str, format: str | None) -> None:
    """Optima that 20 short annealing runs at a fixed seed reach; none goes below."""
    for file in sorted((data / folder).glob(pattern)):
        problem = sgq.load(file, format=format)
        best = sgq.solve(problem, "neal", num_reads=20, num_sweeps=1000, seed=1).first
        cut = type(problem).__name__ == "MaxCut"
        found = problem.decode(best.sample).cut if cut else best.energy
        assert found == pytest.approx(_stated(data, folder, _stem(file)), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("ea3d_dwave_logical/L08_0000.mat", 0.02),
        ("chimera_j124/C8_J124_001.txt", 0.02),
        ("generated_ising/EA3D_pm_L8.npz", 0.02),
    ],
)
def test_energies_are_close_and_never_below(data: Path, name: str, tolerance: float) -> None:
    file = data / name
    stated = _stated(data, file.parent.name, _stem(file))
    energy = sgq.solve(sgq.load(file), "neal", num_reads=5, num_sweeps=1000, seed=1).first.energy
    assert stated - 1e-6 <= energy <= stated * (1 - tolerance)


def test_beasley_files_that_are_to_be_maximised(data: Path) -> None:
    file = data / "biqmac_qubo/bqp1000-2.sparse.gz"
    with pytest.raises(ValueError, match=r"format= \(--format\): qubo .* qubo-max"):
        sgq.load(file)
    problem = sgq.load(file, format="qubo-max")
    energy = sgq.solve(problem, "neal", num_reads=2, num_sweeps=300, seed=1).first.energy
    stated = -_stated(data, "biqmac_qubo", "bqp1000-2")
    assert stated <= energy <= 0.98 * stated
    np.testing.assert_array_equal(problem.energies(np.eye(1000)), -sgq.load(file, format="qubo").energies(np.eye(1000)))


def test_ambiguous_files_ask_for_a_format(data: Path) -> None:
    for name in ("ea2d_open_vna/10x10_uniform_seed1.txt", "mqlib_ratio912/g000036.txt"):
        with pytest.raises(ValueError, match=r"more than one thing.* rudy .* ising .* qubo .* qubo-max"):
            sgq.load(data / name)


def test_the_same_energies_as_dimod(data: Path) -> None:
    """A Gset graph as published, and the model dimod makes of the same edges."""
    edges = [line.split() for line in _text(data / "gset/G11.txt").splitlines()[1:]]
    model = dimod.BinaryQuadraticModel({}, {(int(i), int(j)): float(w) for i, j, w in edges}, "SPIN")
    problem = sgq.load(data / "gset/G11.txt")
    spins = np.random.default_rng(1).choice([-1, 1], (3, 800))
    np.testing.assert_array_equal(problem.energies(spins), model.energies((spins, range(1, 801))))


def _file(folder: Path, name: str) -> Path:
    return next(f for f in folder.iterdir() if f.is_file() and _stem(f) == name)


def _stem(file: Path) -> str:
    return Path(file.name.removesuffix(".gz")).stem


def _text(file: Path) -> str:
    data = file.read_bytes()
    return (gzip.decompress(data) if file.suffix == ".gz" else data).decode("latin-1")


def _numbers(file: Path) -> NDArray[np.int64]:
    return np.array(_text(file).replace(",", " ").split(), dtype=np.int64)


def _stated(data: Path, folder: str, name: str) -> float:
    with (data / folder / "optima.csv").open() as file:
        return next(float(row["value"]) for row in csv.DictReader(file) if row["instance"] == name)
