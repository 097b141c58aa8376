//! Precision and recall over thresholds, as an SVG that a browser shows.

use std::path::Path;

use plotters::prelude::*;

use super::SweepPoint;

/// Why a plot was not made.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the plot {file}: {why}")]
pub struct PlotError {
    file: String,
    why: String,
}

const WIDTH: u32 = 720;
const HEIGHT: u32 = 480;

/// Draws one curve for each reason and speaker: recall to the right, precision up, a point for each threshold.
///
/// # Errors
///
/// When the file cannot be written.
pub fn plot(file: &Path, points: &[SweepPoint]) -> Result<(), PlotError> {
    draw(file, points).map_err(|error| PlotError {
        file: file.display().to_string(),
        why: error.to_string(),
    })
}

fn draw(file: &Path, points: &[SweepPoint]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(file, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .x_desc("recall")
        .y_desc("precision")
        .x_labels(11)
        .y_labels(11)
        .draw()?;
    let mut curves: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for point in points {
        let (Some(precision), Some(recall)) = (point.counts.precision(), point.counts.recall()) else {
            continue;
        };
        let name = format!("{}, {}", point.reason, point.speaker);
        match curves.iter_mut().find(|(known, _)| *known == name) {
            Some((_, curve)) => curve.push((recall, precision)),
            None => curves.push((name, vec![(recall, precision)])),
        }
    }
    for (index, (name, curve)) in curves.into_iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        chart
            .draw_series(LineSeries::new(curve, colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Counts;

    #[test]
    fn a_plot_names_its_axes_and_curves() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sweep.svg");
        let point = |threshold, missed| SweepPoint {
            reason: "sentiment".to_owned(),
            speaker: "customer",
            threshold,
            counts: Counts {
                hits: 8,
                false_alarms: 2,
                missed,
                quiet: 9,
            },
        };
        plot(&file, &[point(0.5, 1), point(0.7, 4)]).expect("it is drawn");
        let svg = std::fs::read_to_string(&file).expect("it is there");
        assert!(
            ["<svg", "recall", "precision", "sentiment, customer"]
                .iter()
                .all(|part| svg.contains(part))
        );
        let error = plot(&folder.path().join("none/x.svg"), &[]).expect_err("no such folder");
        assert!(error.to_string().contains("x.svg"), "{error}");
    }
}
