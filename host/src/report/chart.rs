//! Charts as SVG that takes its colours from the page around it, so that one drawing is right in light and in dark.
//!
//! plotters knows only fixed colours. So each role (text, grid, a series) is drawn in a colour that nobody would choose, and
//! these are then replaced by CSS variables of the page. A drawing has no size of its own: it is as wide as its place, and
//! drawn narrow, so that its text is legible on a phone. Whatever shows a value has the class `mark`.

use plotters::coord::ranged1d::SegmentValue;
use plotters::prelude::*;

use super::limits::MOST_BARS;

const WIDTH: u32 = 420;
const HEIGHT: u32 = 250;
/// The height of a bar that lies, with the space around it, and of the axis below all of them.
const LYING: u32 = 26;
const AXIS: u32 = 40;
/// Characters of a name beside a lying bar.
const NAME_CHARS: usize = 18;

/// plotters makes its letters a fifth smaller than it is told: this is 13 of the page's pixels.
const TEXT: i32 = 16;

const INK: RGBColor = RGBColor(1, 2, 3);
const GRID: RGBColor = RGBColor(1, 2, 4);
/// Colours of series; a further one begins anew.
const SERIES: [RGBColor; 5] = [
    RGBColor(1, 3, 1),
    RGBColor(1, 3, 2),
    RGBColor(1, 3, 3),
    RGBColor(1, 3, 4),
    RGBColor(1, 3, 5),
];

/// What a chart shows: names along one axis, and values of one or more series for each.
#[derive(Debug, Clone, Default)]
pub(super) struct Data {
    /// What it shows, for those who cannot see it.
    pub(super) title: String,
    /// Days, reasons, agents.
    pub(super) names: Vec<String>,
    /// Each as long as `names`; `None` where there is no figure.
    pub(super) series: Vec<Vec<Option<f64>>>,
    /// Written behind the numbers of the axis: `%`.
    pub(super) unit: &'static str,
    /// What the axis reaches at least; shares reach 100 whatever they are.
    pub(super) at_least: f64,
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

impl Data {
    /// Whether there is anything to be seen.
    pub(super) fn is_empty(&self) -> bool {
        self.series
            .iter()
            .flatten()
            .all(|value| value.is_none_or(|value| value == 0.0))
    }

    /// Standing bars of the first series, one for each name.
    pub(super) fn bars(&self) -> String {
        self.draw(HEIGHT, |area| self.draw_bars(area))
    }

    /// A line for each series. A value without neighbours is a point.
    pub(super) fn lines(&self) -> String {
        self.draw(HEIGHT, |area| self.draw_lines(area))
    }

    /// A lying bar for each name, its parts the series; the first [`MOST_BARS`] names.
    pub(super) fn lying(&self) -> String {
        let bars = u32::try_from(self.names.len().min(MOST_BARS)).unwrap_or(u32::MAX);
        self.draw(bars * LYING + AXIS, |area| self.draw_lying(area))
    }

    fn draw(
        &self,
        height: u32,
        draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn,
    ) -> String {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
            draw(&area).expect("a drawing in memory has no disk to fail");
            area.present().expect("a drawing in memory has no disk to fail");
        }
        self.dress(&svg)
    }

    /// The highest value, or the highest sum of a name's values.
    fn top(&self, stacked: bool) -> f64 {
        let values = |place: usize| self.series.iter().filter_map(move |series| *series.get(place)?);
        let of = |place| {
            if stacked {
                values(place).sum()
            } else {
                values(place).fold(0.0, f64::max)
            }
        };
        let top = (0..self.names.len()).map(of).fold(self.at_least, f64::max);
        if top > 0.0 { top } else { 1.0 }
    }

    fn number(&self, value: f64) -> String {
        let text = if value.fract().abs() < 1e-9 {
            format!("{value:.0}")
        } else {
            format!("{value:.1}")
        };
        format!("{text}{}", self.unit)
    }

    fn draw_bars(&self, area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn {
        let count = self.names.len();
        let mut chart = ChartBuilder::on(area)
            .margin_top(10)
            .margin_right(8)
            .x_label_area_size(28)
            .y_label_area_size(50)
            .build_cartesian_2d(places(count).into_segmented(), 0.0..self.top(false) * 1.05)?;
        self.mesh_over_names(&mut chart)?;
        let values = self.series.first().into_iter().flatten().enumerate();
        chart.draw_series(values.filter_map(|(place, value)| {
            let value = value.filter(|value| *value > 0.0)?;
            let corners = [(SegmentValue::Exact(place), 0.0), (end_of(place, count), value)];
            let mut bar = Rectangle::new(corners, SERIES[0].filled());
            bar.set_margin(0, 0, 1, 1);
            Some(bar)
        }))?;
        Ok(())
    }

    fn draw_lines(&self, area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn {
        let count = self.names.len();
        let mut chart = ChartBuilder::on(area)
            .margin_top(10)
            .margin_right(8)
            .x_label_area_size(28)
            .y_label_area_size(50)
            .build_cartesian_2d(places(count).into_segmented(), 0.0..self.top(false) * 1.05)?;
        self.mesh_over_names(&mut chart)?;
        for (series, colour) in self.series.iter().zip(SERIES.iter().cycle()) {
            let points: Vec<_> = series
                .iter()
                .enumerate()
                .map(|(place, value)| value.map(|value| (SegmentValue::CenterOf(place), value)))
                .collect();
            for run in points.split(Option::is_none).filter(|run| run.len() > 1) {
                let run = run.iter().flatten().cloned();
                chart.draw_series(LineSeries::new(run, colour.stroke_width(2)))?;
            }
            let dots = points.into_iter().flatten();
            chart.draw_series(dots.map(|point| Circle::new(point, 3, colour.filled())))?;
        }
        Ok(())
    }

    fn mesh_over_names<'a>(
        &self,
        chart: &mut ChartContext<
            'a,
            SVGBackend<'_>,
            Cartesian2d<
                plotters::coord::ranged1d::SegmentedCoord<plotters::coord::types::RangedCoordusize>,
                plotters::coord::types::RangedCoordf64,
            >,
        >,
    ) -> Drawn {
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(self.names.len().clamp(1, 6))
            .y_labels(5)
            .x_label_formatter(&|at| match at {
                SegmentValue::CenterOf(place) => self.names.get(*place).cloned().unwrap_or_default(),
                SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
            })
            .y_label_formatter(&|value| self.number(*value))
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .axis_style(GRID)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        Ok(())
    }

    fn draw_lying(&self, area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn {
        let count = self.names.len().min(MOST_BARS);
        let mut chart = ChartBuilder::on(area)
            .margin_top(6)
            .margin_right(18)
            .x_label_area_size(28)
            .y_label_area_size(140)
            .build_cartesian_2d(0.0..self.top(true) * 1.02, places(count).into_segmented())?;
        // The first name is the lowest segment of the axis, and shall be the uppermost bar.
        let upside_down = |place: usize| count - 1 - place;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .x_labels(5)
            .y_labels(count.max(1))
            .x_label_formatter(&|value| self.number(*value))
            .y_label_formatter(&|at| match at {
                SegmentValue::CenterOf(place) if *place < count => shortened(&self.names[upside_down(*place)]),
                SegmentValue::CenterOf(_) | SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
            })
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .axis_style(GRID)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        for place in 0..count {
            let mut from = 0.0;
            let row = upside_down(place);
            for (series, colour) in self.series.iter().zip(SERIES.iter().cycle()) {
                let value = series.get(place).copied().flatten().unwrap_or(0.0);
                if value <= 0.0 {
                    continue;
                }
                let to = from + value;
                let corners = [(from, SegmentValue::Exact(row)), (to, end_of(row, count))];
                let mut bar = Rectangle::new(corners, colour.filled());
                bar.set_margin(4, 4, 0, 0);
                chart.draw_series([bar])?;
                from = to;
            }
        }
        Ok(())
    }

    /// Puts the page's colours in, takes the size out, and says what it shows.
    fn dress(&self, svg: &str) -> String {
        let hex = |RGBColor(r, g, b): RGBColor| format!("#{r:02X}{g:02X}{b:02X}");
        let mut dressed = svg
            .replace(&hex(INK), "currentColor")
            .replace(&hex(GRID), "var(--grid)");
        for (number, colour) in SERIES.into_iter().enumerate() {
            let (plain, variable) = (hex(colour), format!("var(--s{})", number + 1));
            for paint in ["fill", "stroke"] {
                let marked = format!("class=\"mark\" {paint}=\"{variable}\"");
                dressed = dressed.replace(&format!("{paint}=\"{plain}\""), &marked);
            }
        }
        let size = dressed.find("width=").zip(dressed.find("viewBox="));
        if let Some((from, to)) = size.filter(|(from, to)| from < to) {
            let label = format!("role=\"img\" aria-label=\"{}\" ", escaped(&self.title));
            dressed.replace_range(from..to, &label);
        }
        dressed
    }
}

/// The places of so many names on an axis, whose range has its end within. plotters cannot draw an axis of a single place,
/// so one name has an empty place beside it.
fn places(count: usize) -> std::ops::Range<usize> {
    0..count.saturating_sub(1).max(1)
}

/// Where the place of a name ends: at the next one, or at the end of the axis.
fn end_of(place: usize, count: usize) -> SegmentValue<usize> {
    if place < places(count).end {
        SegmentValue::Exact(place + 1)
    } else {
        SegmentValue::Last
    }
}

/// The colour of a series, for a legend outside of the drawing.
pub(super) fn colour(series: usize) -> String {
    format!("var(--s{})", series % SERIES.len() + 1)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS {
        return name.to_owned();
    }
    let start: String = name.chars().take(NAME_CHARS - 1).collect();
    format!("{start}…")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Data {
        Data {
            title: "Handovers by \"day\"".into(),
            names: vec![
                "<b>".into(),
                "Tuesday".into(),
                "a name that is far too long for its place".into(),
            ],
            series: vec![vec![Some(3.0), None, Some(1.0)], vec![Some(1.0), Some(2.0), None]],
            unit: "",
            at_least: 0.0,
        }
    }

    #[test]
    fn a_chart_takes_its_colours_and_its_size_from_the_page() {
        for (svg, marks) in [(data().bars(), 2), (data().lines(), 5), (data().lying(), 4)] {
            assert!(
                svg.starts_with("<svg role=\"img\" aria-label=\"Handovers by &quot;day&quot;\" viewBox="),
                "{svg}"
            );
            assert!(!svg.contains("#01"), "a colour of ours is left: {svg}");
            assert!(svg.contains("currentColor") && svg.contains("var(--s1)"), "{svg}");
            assert!(svg.matches("class=\"mark\"").count() >= marks, "{svg}");
            assert!(!svg.contains("<b>"), "names are escaped: {svg}");
        }
        assert!(data().lying().contains("a name that is fa…"));
    }

    #[test]
    fn one_name_is_one_bar() {
        let one = Data {
            names: vec!["ana".into()],
            series: vec![vec![Some(2.0)]],
            ..Data::default()
        };
        for svg in [one.bars(), one.lines(), one.lying()] {
            assert_eq!(svg.matches("class=\"mark\"").count(), 1, "{svg}");
            assert!(
                svg.contains("\nana\n") && !svg.contains("width=\"0\"") && !svg.contains("height=\"-"),
                "{svg}"
            );
        }
    }

    #[test]
    fn nothing_can_be_drawn_too() {
        let nothing = Data::default();
        assert!(nothing.is_empty() && !data().is_empty());
        for svg in [nothing.bars(), nothing.lines(), nothing.lying()] {
            assert!(svg.starts_with("<svg") && !svg.contains("class=\"mark\""), "{svg}");
        }
    }
}
