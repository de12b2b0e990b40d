"""Samples of wide tables."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.sample_columns import describes_other

ROWS = ("GM3(34:1;O2),7.5", "GM3(36:1;O2),8.9", "GM1(36:1;O2),8.4")


def wide(*headers: str, above: str = "", areas: str = "12000,0,15000") -> gg.FeatureTable:
    header = ",".join(("Name", "RT", *headers))
    lines = [*([above] if above else []), header, *(f"{row},{areas}" for row in ROWS)]
    return gg.read_features("\n".join(lines).encode())


@pytest.mark.parametrize(
    "headers",
    [
        ("S1 Area", "S2 Area", "S3 Area"),
        ("Area: S1", "Area: S2", "Area: S3"),
        ("Area[S1]", "Area[S2]", "Area[S3]"),
        ("S1 (Peak area)", "S2 (Peak area)", "S3 (Peak area)"),
        ("PeakArea_S1", "PeakArea_S2", "PeakArea_S3"),
        ("S1 - Area", "S2 - Area", "S3 - Area"),
        ("S1 [intensity]", "S2 [intensity]", "S3 [intensity]"),
        ("S1 Peak area", "S2 Peak area", "S3 Peak area"),
        ("S1_Raw_Peak_Area", "S2_Raw_Peak_Area", "S3_Raw_Peak_Area"),
        ("S1 peak height", "S2 peak height", "S3 peak height"),
        ("S1", "S2", "S3"),
    ],
)
def test_each_usual_way_to_head_the_areas_of_samples(headers: tuple[str, ...]) -> None:
    data = wide(*headers).data
    assert data["sample"].unique().tolist() == ["S1", "S3"]  # an area of 0 was not found
    assert data["volume"].tolist() == [12000.0] * 3 + [15000.0] * 3
    assert data["row"].tolist() == [2, 3, 4] * 2


def test_one_heading_over_the_columns_of_all_samples() -> None:
    data = wide("S1", "S2", "S3", above=",,Peak area,,").data
    assert data["sample"].unique().tolist() == ["S1", "S3"]


def test_samples_over_blocks_with_an_rt_of_their_own() -> None:
    lines = ["", "Name,RT,Area,RT,Area", "GM1(36:1;O2),8.4,100,8.5,200", "GM3(36:1;O2),8.9,1,9,2"]
    lines[0] = ",left,,right,"
    data = gg.read_features("\n".join(lines).encode()).data
    assert data[["sample", "rt", "volume"]].to_numpy().tolist() == [
        ["left", 8.4, 100.0],
        ["left", 8.9, 1.0],
        ["right", 8.5, 200.0],
        ["right", 9.0, 2.0],
    ]


@pytest.mark.parametrize(
    ("header", "samples"),
    [
        ("Name,RT1,Area1,RT2,Area2", ["1", "2"]),
        ("Name,RT 1 (min),Area 1,RT 2 (min),Area 2", ["1", "2"]),
        ("Name,Area_1,RT_1,Area_2,RT_2", ["1", "2"]),
        ("Name,RT1,Height1,RT2,Height2", ["1", "2"]),
        ("Name,RT,Area,RT.1,Area.1", ["0", "1"]),  # as programs number columns of one name
        ("Name,RT,Area,RT2,Area2", ["0", "2"]),
    ],
)
def test_samples_that_a_number_tells_apart(header: str, samples: list[str]) -> None:
    lines = [header]
    area_first = header.startswith("Name,Area")
    for name, *cells in (("GM1(36:1;O2)", 8.4, 100, 8.5, 200), ("GM3(36:1;O2)", 8.9, 10, 9, 20)):
        values = [cells[i] for i in ((1, 0, 3, 2) if area_first else (0, 1, 2, 3))]
        lines.append(",".join(map(str, (name, *values))))
    data = gg.read_features("\n".join(lines).encode()).data
    assert data[["sample", "rt", "volume"]].to_numpy().tolist() == [
        [samples[0], 8.4, 100.0],
        [samples[0], 8.9, 10.0],
        [samples[1], 8.5, 200.0],
        [samples[1], 9.0, 20.0],
    ]


def test_the_m_z_of_samples_that_a_number_tells_apart() -> None:
    lines = ["Name,m/z 1,RT1,Area1,m/z 2,RT2,Area2", "GM3(36:1;O2),1179.7,8.9,10,1179.8,9,20"]
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["mz"].tolist() == [1179.7, 1179.8]


def test_one_m_z_for_all_samples_that_a_number_tells_apart() -> None:
    lines = ["Name,m/z,RT1,Area1,RT2,Area2", "GM3(36:1;O2),1179.7,8.9,10,9,20"]
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["mz"].tolist() == [1179.7, 1179.7]
    lines[0] = "Name,m/z,RT,Area,RT.1,Area.1"
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["mz"].tolist() == [1179.7, 1179.7]
    assert data["volume"].tolist() == [10.0, 20.0]


def test_a_second_area_without_an_rt_is_named() -> None:
    """Of what it is, a second sample or an internal standard, a number does not say."""
    lines = ["Name,RT,Area,Area.1", "GM3(36:1;O2),8.9,10,20", "GM1(36:1;O2),8.4,9,18"]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["volume"].tolist() == [10.0, 9.0]
    told = table.problems[table.problems["code"] == "second-column"]["message"].tolist()
    assert told == ['"Area.1" could be Volume too: "Area" was used, the other is carried along.']


def test_areas_that_come_back_behind_a_number_are_no_second_sample() -> None:
    lines = ["Name,RT,Area,RT.1,Area.1", "GM3(36:1;O2),8.9,10,8.9,10", "GM1(36:1;O2),8.4,9,8.4,9"]
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["volume"].tolist() == [10.0, 9.0]


def test_numbers_of_chains_are_no_areas_of_samples() -> None:
    """A long table of R: carbons and double bonds of each chain under headers of one form."""
    lines = ["Name,RT,carbsn1,dbonsn1,carbsn2,dbonsn2,carbsn3,dbonsn3"]
    lines += [f"GM3({34 + i}:1;O2),{8 + i}.5,18,1,{16 + i},0,NA,NA" for i in range(5)]
    lines += [f"TG {50 + i}:1,{20 + i}.5,16,1,{16 + i},0,18,0" for i in range(5)]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["volume"].isna().all()
    assert len(table.data) == 10


def test_means_and_deviations_are_no_samples() -> None:
    data = wide("S1", "Mean", "S2").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]
    data = wide("S1", "RSD (%)", "S2").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


def test_small_numbers_under_unlike_headers_are_no_samples() -> None:
    read = wide("purity", "grade of", "note", areas="1,2,3")
    assert read.data["sample"].isna().all()
    assert list(read.carried) == ["purity", "grade of", "note"]


def test_the_intensity_of_a_precursor_is_no_sample_beside_others() -> None:
    read = wide("precursor intensity", "A", "B", areas="70000,12000,15000")
    assert set(read.data["sample"]) == {"A", "B"}
    assert set(wide("A area", "n", areas="12000,3").data["sample"]) == {"A"}


def test_masses_are_no_samples_whatever_their_header_says() -> None:
    """They are as large as areas, and differ far less."""
    rows = [
        f"GM3 {30 + i}:1,{5 + i},{1100.72 + 14 * i},{1e4 * 2**i},{3e4 * 2**i}" for i in range(9)
    ]
    for header in ("Mol. weight", "M", "neutral"):
        lines = [f"Name,RT,{header},S1,S2", *rows]
        read = gg.read_features("\n".join(lines).encode())
        assert set(read.data["sample"]) == {"S1", "S2"}


def test_small_numbers_that_rise_and_fall_together_are_samples() -> None:
    shares = [0.11 * 1.9**n for n in (3, 8, 1, 5, 2, 7, 4, 9, 6)]
    rows = [f"GM3 {30 + i}:1,{5 + i},{a},{1.2 * a + 0.01 * i},{0.8 * a},0.9{i}"
            for i, a in enumerate(shares)]  # fmt: skip
    lines = ["Name,RT,liver,brain,heart,purity", *rows]
    read = gg.read_features("\n".join(lines).encode())
    assert set(read.data["sample"]) == {"liver", "brain", "heart"}


def test_a_sample_may_be_called_by_its_concentration() -> None:
    areas = [round(5000 * 1.6**n) for n in (3, 8, 1, 5, 2, 7, 4, 9, 6)]
    rows = [f"GM3 {34 + i}:1,{9 + i},{a},{3 * a},{a // 2},{a}" for i, a in enumerate(areas)]
    header = "Name,RT,liver,high conc,low conc,final conc"
    read = gg.read_features("\n".join([header, *rows]).encode())
    assert set(read.data["sample"]) == {"liver", "high conc", "low conc"}


def test_a_feature_found_in_no_sample_keeps_one_row() -> None:
    data = wide("S1 Area", "S2 Area", "S3 Area", areas="0,,N/F").data
    assert data["row"].tolist() == [2, 3, 4]
    assert np.isnan(data["volume"]).all()


@pytest.mark.parametrize(
    "header",
    [
        *("liver_1", "M3", "KO 2", "0h", "sd-liver", "patient 12", "N_1", "N_02", "CE_1", "M1_CE"),
        *("mouse 3 N", "OH_1", "Z_2", "Low_1", "KO high 2b", "Left_1", "Batch_2", "line 4"),
        *("Slope 1", "north slope", "R2", "R1", "lod_1", "Lodz"),
        *("IS_1", "is2", "ISTD mix 1", "quality"),
    ],
)
def test_names_of_samples_are_not_taken_for_something_else(header: str) -> None:
    assert not describes_other(header)


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Mean",
            "SD_1",
            "RT_2",
            "N",
            "n of 6",
            "CE",
            "CE (V)",
            "Collision energy",
            "Low",
            "Batch",
        ),
        *("OH", "z", "Charge 1", "Group CV", "fold change 2", "Row ID", "peak start", "log2 S1"),
        *("Conc", "final conc. (nM)", "high conc nM", "VIP", "odds ratio", "MoleculeExplorerFiles"),
        *("Alignment ID", "scan_num", "sm_lpid", "Mol. weight", "Analog_TIC_Query"),
        *("#Scan#", "TIC_Query", "base peak m/z"),
        *("Slope", "Calibration slope", "y-intercept", "Intercept (counts)", "R_squared", "R²"),
        *(
            "IS",
            "ISTD area",
            "Area IS",
            "Internal standard",
            "int. std",
            "Qualifier",
            "Qual area",
            "Qual 1",
        ),
        *("LOD", "LOQ..ng.", "LLOQ (nM)", "ULOQ", "Limit of detection", "lod ng/ml"),
    ],
)
def test_columns_of_other_numbers_are_no_samples(header: str) -> None:
    assert describes_other(header)


NAMES = tuple(f"GM3({n}:1;O2)" for n in range(34, 43))
AREAS = (31_650.0, 63_050.5, 94_450.0, 12_850.0, 7_250.0, 188_650.0, 22_050.0, 251_450.0, 82_850.0)


def study(headers: tuple[str, ...], *, mark: str = ",", cell: str = "{:.1f}") -> gg.FeatureTable:
    """Nine features in as many samples as headers, areas 10 % apart."""
    rows = [
        [
            name,
            f"{8 + 0.5 * i}",
            *(cell.format(AREAS[i] * (1 + 0.1 * k)) for k in range(len(headers))),
        ]
        for i, name in enumerate(NAMES)
    ]
    lines = [mark.join(("Name", "RT", *headers)), *(mark.join(row) for row in rows)]
    return gg.read_features("\n".join(lines).encode())


@pytest.mark.parametrize(
    "headers",
    [
        ("CE_left", "CE_right", "HC_left"),
        ("Mouse ID 1", "Mouse ID 2", "Mouse ID 3"),
        ("upper lobe", "lower lobe", "whole"),
        ("0 min", "15 min", "30 min"),
        ("m_z_1", "m_z_2", "m_z_3"),
        ("delta_fas", "WT", "double_ko"),
        ("low_score_tumor", "high_score_tumor", "normal"),
        ("start", "end", "middle"),
    ],
)
def test_a_sample_whose_name_says_something_else_is_known_by_its_areas(
    headers: tuple[str, ...],
) -> None:
    data = study(headers).data
    assert data["sample"].unique().tolist() == list(headers)
    assert data.loc[data["sample"] == headers[2], "volume"].tolist() == pytest.approx(
        [1.2 * area for area in AREAS], abs=0.06
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("CID", 5_283_560),
        ("featureId", 11_255),
        ("TreeScore", 1_081.5),
        ("ExactMass", 1_180.7),
        ("Scan number", 40_512),
        ("MeanIntensity", 90_000),
        ("StDevWT", 9_000),
        ("MaxArea", 300_000),
    ],
)
def test_other_large_numbers_are_no_samples(header: str, value: float) -> None:
    lines = [f"Name,RT,{header},S1,S2"]
    for i, (name, area) in enumerate(zip(NAMES, AREAS, strict=True)):
        lines.append(f"{name},{8 + 0.5 * i},{value + 14 * i},{area},{area * 1.1:.1f}")
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


@pytest.mark.parametrize(
    ("mark", "cell"),
    [
        (",", '" {:,.1f} "'),
        (",", '"{:,.0f}"'),
        ("\t", "{:,.0f}"),
        (";", "{:.3e}"),
    ],
)
def test_areas_of_samples_with_thousands_separators(mark: str, cell: str) -> None:
    data = study(("liver", "brain", "gut"), mark=mark, cell=cell).data
    assert data["sample"].unique().tolist() == ["liver", "brain", "gut"]
    assert data["volume"].head(9).tolist() == pytest.approx(AREAS, rel=1e-3)


def test_a_sample_in_which_most_features_were_not_found() -> None:
    lines = ["Name,RT,S1,S2"]
    for i, (name, area) in enumerate(zip(NAMES, AREAS, strict=True)):
        lines.append(f"{name},{8 + 0.5 * i},{area},{area if i < 2 else 'N/F'}")
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["sample"].value_counts().to_dict() == {"S1": 9, "S2": 2}


@pytest.mark.parametrize("tail", ["Mean", "Stdev", "CV"])
def test_means_headed_like_a_sample_are_none(tail: str) -> None:
    data = wide("Area S1", f"Area {tail}", "Area S2").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


def test_a_unit_in_brackets_is_no_sample() -> None:
    data = wide("Peak area [cps]", "note", "remark").data
    assert data["sample"].isna().all()
    assert data["volume"].tolist() == [12000.0] * 3


def test_large_numbers_that_are_no_samples_are_named() -> None:
    table = study(("S1", "S2", "Mean", "SD rat 1"))
    (said,) = table.problems.loc[table.problems["code"] == "numbers-left-out", "value"]
    assert said == '"Mean" (a mean), "SD rat 1" (a deviation)'
    assert table.data["sample"].unique().tolist() == ["S1", "S2"]


def test_concentrations_of_all_groups_are_samples() -> None:
    """The columns of one group are not taken for all, and a column unlike them is named."""
    rows = [f"GM3({c}:1;O2),{c / 4}" for c in range(30, 42)]
    amounts = [0.01 * 1.7 ** (i * 5 % 12) for i in range(12)]
    wt = [f"{a:.5f},{a * 1.1:.5f},{a * 0.9:.5f}" for a in amounts]
    ko = [f"{a * 1.3:.5f},{a * 1.2:.5f}" for a in amounts]
    lines = [f"{r},{w},{k},{i % 5}" for i, (r, w, k) in enumerate(zip(rows, wt, ko, strict=True))]
    header = "Name,RT,WT_1,WT_2,WT_3,KO_1,KO_2,remark"
    table = gg.read_features("\n".join([header, *lines]).encode())
    assert table.data["sample"].unique().tolist() == ["WT_1", "WT_2", "WT_3", "KO_1", "KO_2"]
    (said,) = table.problems.loc[table.problems["code"] == "numbers-unlike", "value"]
    assert said == '"remark" (0 to 4)'


def test_columns_with_the_unit_of_the_samples_are_samples() -> None:
    headers = ("A_1 [nmol/mg]", "A_2 [nmol/mg]", "A_3 [nmol/mg]", "B_1 [nmol/mg]", "x")
    table = wide(*headers, areas="0.1,0.2,0.3,7,0.5")
    assert table.data["sample"].unique().tolist() == list(headers[:-1])


def test_a_name_with_the_separator_in_it_does_not_hide_a_sample() -> None:
    assert study(("S1", "S2"), mark=";").data["sample"].unique().tolist() == ["S1", "S2"]


def test_numbers_of_rows_are_no_samples_where_there_are_no_areas() -> None:
    lines = ["Name,RT,featureId,Row ID,TreeScore,SiriusScore"]
    for i, name in enumerate(NAMES):
        lines.append(f"{name},{8 + 0.5 * i},{1100 * 2**i},{1100 * 2**i},{1000 + i},{1000 + i}")
    assert gg.read_features("\n".join(lines).encode()).data["sample"].isna().all()


def test_numbers_in_a_database_that_spread_like_areas_are_no_sample() -> None:
    numbers = (5_283, 118_560, 9_548, 44_260, 251_450, 6_021, 132_282, 7_900, 24_766)
    lines = ["Name,RT,PubChem CID,S1,S2"]
    for i, (name, area, number) in enumerate(zip(NAMES, AREAS, numbers, strict=True)):
        lines.append(f"{name},{8 + 0.5 * i},{number},{area},{area * 1.1:.1f}")
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


def test_samples_beside_a_column_that_sums_them_up() -> None:
    table = study(("Intensity", "Y1-act", "Y1-qui", "O2+O3_1219", "QC1"))
    assert table.data["sample"].unique().tolist() == ["Y1-act", "Y1-qui", "O2+O3_1219"]
    (read,) = table.tables
    assert [sample.name for sample in read.left_out] == ["QC1"]


@pytest.mark.parametrize(
    ("header", "samples"),
    [
        ("Name,RT (neg),Area (neg),RT (pos),Area (pos)", ["neg", "pos"]),
        ("Name,RT neg,Area neg,RT pos,Area pos", ["neg", "pos"]),
        ("Name,C18 RT,C18 Area,C8 RT,C8 Area", ["C18", "C8"]),
        ("Name,RT (min) C18,Height C18,RT (min) C8,Height C8", ["C18", "C8"]),
    ],
)
def test_runs_that_a_word_of_the_method_tells_apart(header: str, samples: list[str]) -> None:
    """`RT neg` alone is an RT in negative mode, and was the RT of both runs."""
    lines = [header]
    lines += [f"{name},{8 + i},{900 + i},{8.2 + i},{700 + i}" for i, name in enumerate(NAMES)]
    data = gg.read_features("\n".join(lines).encode()).data
    first = data.groupby("sample", sort=False)[["rt", "volume"]].first()
    assert first.index.tolist() == samples
    assert first.to_numpy().tolist() == [[8.0, 900.0], [8.2, 700.0]]


def test_each_of_such_runs_has_its_own_mz() -> None:
    lines = ["Name,RT neg,m/z neg,Area neg,RT pos,m/z pos,Area pos"]
    lines += [f"{n},{8 + i},1151.7,900,{8.2 + i},1153.7,700" for i, n in enumerate(NAMES)]
    data = gg.read_features("\n".join(lines).encode()).data
    assert data.groupby("sample")["mz"].first().to_dict() == {"neg": 1151.7, "pos": 1153.7}


@pytest.mark.parametrize("other", ["IS", "ISTD", "Internal standard", "Qualifier"])
def test_the_peak_of_another_ion_is_no_sample(other: str) -> None:
    lines = [f"Name,Analyte RT,Analyte Area,{other} RT,{other} Area"]
    lines += [
        f"{n},{8 + i},{a},8.5,70000" for i, (n, a) in enumerate(zip(NAMES, AREAS, strict=True))
    ]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["volume"].tolist() == pytest.approx(list(AREAS))
    said = table.problems.set_index("code").loc["numbers-left-out", "value"]
    assert said == f'"{other} Area" (a value of another ion)'


@pytest.mark.parametrize("samples", [(), ("S1", "S2")])
def test_the_lines_of_a_calibration_are_no_samples(samples: tuple[str, ...]) -> None:
    table = study((*samples, "Slope", "Intercept", "LOD (ng)"))
    assert table.data["sample"].dropna().unique().tolist() == list(samples)
    said = table.problems.set_index("code").loc["numbers-left-out", "value"]
    assert said.startswith('"Slope" (a number of a calibration), "Intercept" (')


def test_two_more_numbers_beside_an_area_are_no_samples() -> None:
    data = study(("Area", "Background", "Response factor")).data
    assert data["sample"].isna().all()
    assert data["volume"].tolist() == pytest.approx(list(AREAS))


def test_a_number_and_a_mass_that_rise_together_are_no_samples() -> None:
    lines = ["Name,RT,ID,CalcMass"]
    lines += [f"{n},{8 + i},{1000 * (i + 1)},{900 * (i + 1) + 7}" for i, n in enumerate(NAMES)]
    assert gg.read_features("\n".join(lines).encode()).data["sample"].isna().all()


def test_a_sample_unlike_the_others_is_not_lost_beside_their_sum() -> None:
    odd = (9_000_000, 1_100, 1_200, 800_000, 2_000_000, 1_050, 900_000, 1_020, 1_900)
    lines = ["Name,RT,Intensity,a,b,odd,c,d"]
    for i, (name, area) in enumerate(zip(NAMES, AREAS, strict=True)):
        own = ",".join(f"{area * k:.0f}" for k in (1.0, 1.1, 1.2))
        lines.append(f"{name},{8 + 0.5 * i},{own},{odd[i]},{area * 1.05:.0f},{area * 0.9:.0f}")
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["sample"].unique().tolist() == ["a", "b", "odd", "c", "d"]


@pytest.mark.parametrize(
    "headers",
    [
        ("SD rat 1", "SD rat 2", "SD rat 3"),
        ("Total_1", "Total_2", "Total_3"),
        ("Z1_sum", "Z2_sum", "K1_sum"),
        ("max liver", "max brain", "max serum"),
    ],
)
def test_samples_whose_names_share_a_word_of_statistics(headers: tuple[str, ...]) -> None:
    data = wide(*headers, areas="12000,13000,15000").data
    assert data["sample"].unique().tolist() == list(headers)
    data = wide(*headers[:2], "S1", "S2", areas="12000,13000,15000,16000").data
    assert data["sample"].unique().tolist() == ["S1", "S2"]


@pytest.mark.parametrize(
    "headers",
    [
        ("Mean liver", "SD liver", "Mean brain", "SD brain"),
        ("SD liver", "SD brain", "SD serum", "SD heart"),
        ("Sum", "Total", "Max", "Count"),
    ],
)
def test_statistics_alone_are_no_samples(headers: tuple[str, ...]) -> None:
    table = wide(*headers, areas="12000,13000,15000,16000")
    assert table.data["sample"].isna().all()
    assert "numbers-left-out" in set(table.problems["code"])


def test_samples_named_two_rows_above_columns_of_one_heading() -> None:
    """As a core facility sends it: rows of labels and types, then `Peak Height` again and again."""
    lines = [
        ",,Label,S_1,S_2,Biorec001,B_1",
        ",,Sample #,1,2,QC,Blank",
        ",,File ID,a_001.d,b_002.d,c_003.d,d_004.d",
        "Metabolite name,m/z,RT,Peak Height,Peak Height,Peak Height,Peak Height",
        "1_GM3 d18:1/12:0 iSTD,1100.5,5.1,900,901,902,903",
        *(f"{row.split(',')[0]},1150.5,{row.split(',')[1]},2000,3000,9,9" for row in ROWS),
    ]
    table = gg.read_features("\n".join(lines).encode())
    assert set(table.data["sample"]) == {"a_001.d", "b_002.d"}
    assert {s.kind for s in table.tables[0].left_out} == {"qc", "blank"}
    standard = table.data[table.data["name"].str.contains("iSTD")]
    assert standard["fault"].str.contains("internal standard").all()


@pytest.mark.filterwarnings("error")
def test_a_number_without_end_among_areas_is_none() -> None:
    areas = [[1000 * (i + j) ** 2 + 5000 for j in range(5)] for i in range(10)]
    rows = [f"GM3({30 + 2 * i}:1;O2),{7 + i},{','.join(map(str, a))}" for i, a in enumerate(areas)]
    rows[3] = "GM3(36:1;O2),10,9000,1e999,9000,9000,9000"
    table = gg.read_features("\n".join(["Name,RT,Area,S_1,S_2,S_3,S_4", *rows]).encode())
    assert {sample.name for sample in table.tables[0].samples} == {"S_1", "S_2", "S_3", "S_4"}
    assert table.data["volume"].max() < 1e6


def with_cells(cells: dict[int, str], headers: str = "liver,brain,heart") -> gg.FeatureTable:
    """Wide table of ten rows, some cells of whose last column are words."""
    rows = [
        f"GM3({30 + i}:1;O2),{6 + i / 4},{9000 + 90 * i},{8000 + 80 * i},"
        f"{cells.get(i, str(7000 + 70 * i))}"
        for i in range(10)
    ]
    return gg.read_features("\n".join([f"Name,RT,{headers}", *rows]).encode())


def test_a_column_left_out_for_its_words_is_named() -> None:
    read = with_cells({2: "12O45", 4: "siehe Notiz", 5: "*", 6: "*"})
    assert set(read.data["sample"]) == {"liver", "brain"}
    (problem,) = read.problems.loc[read.problems["code"] == "mixed-columns"].itertuples()
    assert (problem.severity, problem.value) == ("warning", '"heart" (12O45, siehe Notiz)')


@pytest.mark.parametrize("header", ["comment", "Mean", "m/z", ""])
def test_columns_that_can_be_no_samples_are_not_named_for_their_words(header: str) -> None:
    words = dict.fromkeys(range(9 if header == "comment" else 6), "see note")
    read = with_cells(words, f"liver,brain,{header}")
    assert "mixed-columns" not in set(read.problems["code"])


def test_areas_with_their_spread_are_samples() -> None:
    data = wide("S1", "S2", "S3", areas="12000 ± 300,13000 ± 500,15000").data
    assert data["volume"].tolist() == [12000.0] * 3 + [13000.0] * 3 + [15000.0] * 3


@pytest.mark.parametrize(
    ("areas", "code"),
    [
        ("12500 (300),12000 (280),15000 (310)", "number-form"),
        ("12500 ± 300,12000 ± 280,15000 ± 310", "number-form"),
        ('"1,012,500","1,012,000","1,015,000"', "thousands-separator"),
    ],
)
def test_how_areas_of_samples_were_read_is_told_once(areas: str, code: str) -> None:
    table = wide("S1", "S2", "S3", areas=areas)
    assert table.data["volume"].nunique() == 3
    told = table.problems.query("code == @code")
    assert len(told) == 1
    assert "S1" in told["message"].iloc[0]


@pytest.mark.parametrize("unit", [1.0, 60.0])
def test_retention_times_of_other_systems_are_no_areas(unit: float) -> None:
    """Their headers (`RT1`, `C8 column`) say that in no words; they rise with the times read."""
    lines = ["Name,RT,RT1,RT2,C8 column"]
    for i in range(12):
        rt = 5.0 + 0.4 * i
        others = (unit * (1.1 * rt + 1), unit * (0.5 * rt + 0.1 * (i % 3)), unit * rt**1.2)
        lines.append(f"GM3({30 + i}:1;O2),{rt:.2f}," + ",".join(f"{o:.2f}" for o in others))
    table = gg.read_features("\n".join(lines).encode())
    assert len(table.data) == 12
    assert table.data["volume"].isna().all()
    assert table.data["sample"].isna().all()


def test_shares_that_rise_with_retention_stay_samples_under_their_unit() -> None:
    lines = ["Name,RT,WT [mol%],KO [mol%],KI [mol%]"]
    for i in range(12):
        shares = ",".join(f"{5 + step * i:.3f}" for step in (0.4, 0.45, 0.5))
        lines.append(f"GM3({30 + i}:1;O2),{5 + 0.4 * i:.2f},{shares}")
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].nunique() == 3


def test_areas_that_do_not_rise_with_retention_stay_samples() -> None:
    rng = np.random.default_rng(3)
    areas = np.exp(rng.normal(2, 1, 12))
    lines = ["Name,RT,RT1,RT2,RT3"]
    for i, area in enumerate(areas):
        shares = ",".join(f"{area * (1 + 0.1 * j):.3f}" for j in range(3))
        lines.append(f"GM3({30 + i}:1;O2),{5 + 0.4 * i:.2f},{shares}")
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].unique().tolist() == ["RT1", "RT2", "RT3"]


def test_numbers_of_rows_are_no_areas_whatever_their_header() -> None:
    rng = np.random.default_rng(5)
    numbers = rng.permutation(np.arange(700, 2000))[:30]
    base = np.exp(rng.normal(9, 1.5, 30))
    lines = ["Name,RT,Var.2,CM_308,CM_309,CM_310"]
    for i, (number, area) in enumerate(zip(numbers, base, strict=True)):
        areas = ",".join(f"{area * f:.1f}" for f in rng.uniform(0.8, 1.2, 3))
        lines.append(f"GM3({30 + i % 15}:{1 + i // 15};O2),{5 + 0.1 * i:.2f},{number},{areas}")
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].unique().tolist() == ["CM_308", "CM_309", "CM_310"]
    assert "Var.2" in str(table.report)


def _with_own_times(*headers: str) -> bytes:
    lines = ["name,adduct,m/z,Median," + ",".join(headers)]
    for i, carbons in enumerate(range(34, 40)):
        area, time = 1000 * (i + 1), 7.5 + 0.4 * i
        row = [f"Cer {carbons}:1;O2", "M-H", f"{536.5 + 14.0157 * i:.4f}", f"{time}"]
        row += [f"{area}", f"{area + 50}", f"{time}", f"{time + 0.02:.2f}"]
        lines.append(",".join([*row, "0.9", "0.8"]))
    return "\n".join(lines).encode()


def test_areas_under_the_bare_name_of_a_sample_go_with_its_times() -> None:
    headers = ("S1", "S2", "RT_S1", "RT_S2", "score_S1", "score_S2")
    data = gg.read_features(_with_own_times(*headers)).data
    first = data[data["name"] == "Cer 34:1;O2"]
    assert first[["sample", "volume", "rt"]].to_numpy().tolist() == [
        ["S1", 1000, 7.5],
        ["S2", 1050, 7.52],
    ]
    assert len(data) == 12


def test_times_of_samples_whose_areas_are_not_there_are_no_samples() -> None:
    headers = ("S1", "S3", "RT_S1", "RT_S2", "score_S1", "score_S2")
    with pytest.raises(ValidationError, match="no RT column"):
        gg.read_features(_with_own_times(*headers))


def test_what_is_derived_from_an_area_is_no_sample_beside_it() -> None:
    """As in the product's own list of species."""
    derived = ("area_returned", "area_unseen", "area_consolidated", "area_low", "area_high")
    data = study(("area", *derived)).data
    assert data["sample"].isna().all()
    assert data["volume"].tolist() == study(("area",)).data["volume"].tolist()


def test_doses_may_be_low_and_high() -> None:
    data = wide("Area_low", "Area_mid", "Area_high", areas="12000,13000,15000").data
    assert data["sample"].unique().tolist() == ["low", "mid", "high"]


@pytest.mark.parametrize("summary", ["Intensity", "Height", "Total area", "Raw area", "Area %"])
@pytest.mark.parametrize(
    "samples", [("Area A", "Area B"), ("A area", "B area"), ("S1", "S2", "S3")]
)
def test_few_samples_beside_a_column_that_sums_them_up(
    summary: str, samples: tuple[str, ...]
) -> None:
    """They were left out without a word."""
    data = study((summary, *samples)).data
    names = [sample.replace("Area", "").replace("area", "").strip() for sample in samples]
    assert data["sample"].unique().tolist() == names


def test_columns_that_a_number_tells_from_the_area_are_not_taken_for_all() -> None:
    """The first sample has none."""
    assert study(("Area", "Area 2", "Area 3")).data["sample"].isna().all()


@pytest.mark.parametrize("word", ["Relative", "Rel.", "Corrected", "Adjusted", "Expected", "M+1"])
@pytest.mark.parametrize("quantity", ["area", "intensity"])
def test_what_is_derived_from_areas_is_no_sample_beside_them(word: str, quantity: str) -> None:
    data = study((f"{word} {quantity}", "A area", "B area")).data
    assert data["sample"].unique().tolist() == ["A", "B"]


BORDERS = [("RT end", "9.1"), ("RT start", "8.9"), ("Area left", "12")]


@pytest.mark.parametrize("name", ["Lipid", "My assignment"])
@pytest.mark.parametrize(
    ("rt", "area"),
    [("{} RT", "{} Area"), ("RT {}", "Area[{}]"), ("{} retention time", "{} peak area")],
)
@pytest.mark.parametrize("sample", ["S{}", "S{}.raw"])
@pytest.mark.parametrize("border", BORDERS)
def test_samples_with_an_rt_each_whatever_stands_beside_them(
    name: str, rt: str, area: str, sample: str, border: tuple[str, str]
) -> None:
    """Borders of the peak hid the samples, and so did a name of an unknown header."""
    samples = [sample.format(number) for number in (1, 2)]
    header = [name, border[0], *(rt.format(s) for s in samples), *(area.format(s) for s in samples)]
    rows = [["GM1(36:1)", border[1], "9.0", "9.1", "1200", "1300"],
            ["GM3(36:1)", border[1], "9.5", "9.6", "2200", "2300"]]  # fmt: skip
    data = gg.read_features("\n".join(map(",".join, [header, *rows])).encode()).data
    assert data[["sample", "rt", "volume"]].to_numpy().tolist() == [
        [samples[0], 9.0, 1200.0],
        [samples[0], 9.5, 2200.0],
        [samples[1], 9.1, 1300.0],
        [samples[1], 9.6, 2300.0],
    ]
