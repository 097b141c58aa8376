//! What `register!` expands to: a plugin becomes the component of its world.
//!
//! All code is generic over the plugin and lives here, where it is checked and tested once; the macro only adds what
//! must be in the guest's own crate: its version, the place of its one instance, and the exported symbols.

use std::cell::OnceCell;
use std::marker::PhantomData;
use std::thread::LocalKey;

use crate::bindings::{Lent, lifecycle, wit, wit_assignment, wit_composition, wit_detection};
use crate::{Candidate, Circumstances, Detector, Fault, Handover, Message, Strategy, Template, settings};

/// Where a registered plugin keeps its one instance, and which version it is.
pub trait Registered: Sized + 'static {
    /// The version in the guest's `Cargo.toml`.
    const VERSION: &'static str;

    /// The place that `configure` fills and every call reads.
    fn slot() -> &'static LocalKey<OnceCell<Self>>;
}

/// The component of a [`Detector`].
pub struct DetectorComponent<P>(PhantomData<P>);

/// The component of a [`Strategy`].
pub struct StrategyComponent<P>(PhantomData<P>);

/// The component of a [`Template`].
pub struct TemplateComponent<P>(PhantomData<P>);

fn fill<P: Registered>(made: Result<P, Fault>) -> Result<(), wit::Fault> {
    let plugin = made?;
    P::slot()
        .with(|slot| slot.set(plugin))
        .map_err(|_| Fault::new("configure was called twice"))?;
    #[cfg(target_family = "wasm")]
    clear_free_memory();
    Ok(())
}

/// Fills with zeros what making the plugin has freed, as the snapshot leaves zeros out and would keep the rest for good,
/// and takes it out of use: what a call allocates then lies side by side in new memory instead of in gaps all over the
/// old, and few pages have to be put back after it.
#[cfg(target_family = "wasm")]
fn clear_free_memory() {
    const PAGE_BYTES: usize = 64 * 1024;
    const LEAST_BYTES: usize = 8;
    /// What most calls do with, so that they need not ask for more.
    const ROOM_BYTES: usize = 256 * 1024;
    let end = core::arch::wasm32::memory_size::<0>() * PAGE_BYTES;
    let mut bytes = PAGE_BYTES;
    while bytes >= LEAST_BYTES {
        let piece = std::hint::black_box(vec![0_u8; bytes]);
        // The allocator takes new memory only when no free piece is large enough.
        if piece.as_ptr() as usize >= end {
            bytes /= 2;
        } else {
            std::mem::forget(piece);
        }
    }
    drop(std::hint::black_box(vec![0_u8; ROOM_BYTES]));
}

fn with<P: Registered, R>(call: impl FnOnce(&P) -> Result<R, String>) -> Result<R, String> {
    P::slot().with(|slot| {
        call(
            slot.get()
                .ok_or("called before configure: the plugin has no settings yet")?,
        )
    })
}

macro_rules! lifecycle {
    ($component:ident, $kind:ident) => {
        impl<P: $kind + Registered> lifecycle::Guest for $component<P> {
            fn describe() -> wit::Description {
                wit::Description {
                    name: P::NAME.into(),
                    version: P::VERSION.into(),
                    kind: wit::Kind::$kind,
                    summary: P::SUMMARY.into(),
                    settings_schema: settings::schema::<P::Settings>(),
                }
            }

            fn configure(json: String) -> Result<(), wit::Fault> {
                fill(settings::parse(&json).and_then(P::new))
            }
        }
    };
}

lifecycle!(DetectorComponent, Detector);
lifecycle!(StrategyComponent, Strategy);
lifecycle!(TemplateComponent, Template);

impl<P: Detector + Registered> wit_detection::Guest for DetectorComponent<P> {
    fn detect(message: wit::Message, conversation: &wit::Conversation) -> Result<Vec<wit_detection::Signal>, String> {
        let signals = with(|plugin: &P| plugin.detect(&Message::from(message), &Lent(conversation)))?;
        Ok(signals.into_iter().map(Into::into).collect())
    }
}

impl<P: Strategy + Registered> wit_assignment::Guest for StrategyComponent<P> {
    fn rank(
        handover: wit::Handover,
        candidates: Vec<wit_assignment::Candidate>,
        conversation: &wit::Conversation,
    ) -> Result<wit_assignment::Ranking, String> {
        let candidates: Vec<_> = candidates.into_iter().map(Candidate::from).collect();
        with(|plugin: &P| plugin.rank(&Handover::from(handover), &candidates, &Lent(conversation))).map(Into::into)
    }
}

impl<P: Template + Registered> wit_composition::Guest for TemplateComponent<P> {
    fn compose(
        handover: wit::Handover,
        circumstances: wit_composition::Circumstances,
        conversation: &wit::Conversation,
    ) -> Result<wit_composition::Draft, String> {
        let (handover, circumstances) = (Handover::from(handover), Circumstances::from(circumstances));
        with(|plugin: &P| plugin.compose(&handover, &circumstances, &Lent(conversation))).map(Into::into)
    }

    fn returning(
        handover: wit::Handover,
        circumstances: wit_composition::Circumstances,
        conversation: &wit::Conversation,
    ) -> Result<Option<String>, String> {
        let (handover, circumstances) = (Handover::from(handover), Circumstances::from(circumstances));
        with(|plugin: &P| plugin.returning(&handover, &circumstances, &Lent(conversation)))
    }
}

/// Makes a type the plugin of this crate: `register!(Detector, Outage);`.
///
/// The first word is the kind, `Detector`, `Strategy` or `Template`; the second names a type that implements that
/// trait. Use it once per crate. Its version is the one in the crate's `Cargo.toml`. Outside Wasm nothing is exported,
/// so any number of plugins can be linked into one test.
#[macro_export]
macro_rules! register {
    (Detector, $plugin:ty) => {
        $crate::register!(@ $plugin, DetectorComponent, DETECTOR_WORLD, export_detection, wit_detection);
    };
    (Strategy, $plugin:ty) => {
        $crate::register!(@ $plugin, StrategyComponent, STRATEGY_WORLD, export_assignment, wit_assignment);
    };
    (Template, $plugin:ty) => {
        $crate::register!(@ $plugin, TemplateComponent, TEMPLATE_WORLD, export_composition, wit_composition);
    };
    (@ $plugin:ty, $component:ident, $world:ident, $export:ident, $interface:ident) => {
        const _: () = {
            impl $crate::__private::Registered for $plugin {
                const VERSION: &'static str = env!("CARGO_PKG_VERSION");

                fn slot() -> &'static ::std::thread::LocalKey<::std::cell::OnceCell<Self>> {
                    ::std::thread_local! {
                        static PLUGIN: ::std::cell::OnceCell<$plugin> = const { ::std::cell::OnceCell::new() };
                    }
                    &PLUGIN
                }
            }

            #[cfg(target_family = "wasm")]
            type Component = $crate::__private::$component<$plugin>;
            #[cfg(target_family = "wasm")]
            $crate::__private::export_lifecycle!(Component with_types_in $crate::__private::lifecycle);
            #[cfg(target_family = "wasm")]
            $crate::__private::$export!(Component with_types_in $crate::__private::$interface);

            /// Read by the linker, which makes the component of this world.
            #[cfg(target_family = "wasm")]
            #[unsafe(link_section = "component-type:baton:rules")]
            pub static WORLD: [u8; $crate::__private::$world.len()] = {
                let mut world = [0; $crate::__private::$world.len()];
                world.copy_from_slice($crate::__private::$world);
                world
            };
        };
    };
}

#[cfg(test)]
mod tests {
    use crate::bindings::lifecycle::Guest;
    use crate::testing::plain::Plain;

    use super::*;

    crate::register!(Detector, Plain);

    #[test]
    fn a_call_before_configure_is_an_error_that_says_so() {
        let answer = with(|_: &Plain| Ok(()));
        assert_eq!(
            answer,
            Err("called before configure: the plugin has no settings yet".to_owned())
        );
    }

    #[test]
    fn configure_fills_the_one_place_once() {
        DetectorComponent::<Plain>::configure(r#"{"word": "leak"}"#.into()).expect("fits");
        assert_eq!(with(|plugin: &Plain| Ok(plugin.word.clone())), Ok("leak".to_owned()));
        let again = DetectorComponent::<Plain>::configure(r#"{"word": "flood"}"#.into()).expect_err("is filled");
        assert_eq!(again.message, "configure was called twice");
    }

    #[test]
    fn a_refused_setting_is_a_fault_with_its_place() {
        let fault = DetectorComponent::<Plain>::configure(r#"{"word": ""}"#.into()).expect_err("is empty");
        assert_eq!((fault.pointer.as_str(), fault.message.as_str()), ("/word", "is empty"));
    }

    #[test]
    fn a_plugin_describes_itself_without_settings() {
        let description = DetectorComponent::<Plain>::describe();
        assert_eq!(
            (description.name.as_str(), description.kind),
            ("plain", wit::Kind::Detector)
        );
        assert_eq!(description.version, env!("CARGO_PKG_VERSION"));
        assert!(
            description.settings_schema.contains(r#""word""#),
            "{}",
            description.settings_schema
        );
    }
}
