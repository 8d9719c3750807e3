//! Structures whose unknown fields are refused with the nearest known name.

/// Declares a structure of options, and reads it with `serde`.
macro_rules! options {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$about_field:meta])* pub $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$about_field])* pub $field: $kind,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;

                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("the fields of ", stringify!($name)))
                    }

                    fn visit_map<A>(self, mut map: A) -> Result<$name, A::Error>
                    where
                        A: serde::de::MapAccess<'de>,
                    {
                        use serde::de::Error;

                        let mut options = $name::default();
                        let mut seen: Vec<&'static str> = Vec::new();
                        while let Some(key) = map.next_key::<String>()? {
                            let Some(known) = FIELDS.iter().find(|field| **field == key) else {
                                let unknown = crate::options::names::unknown("field", &key, FIELDS);
                                return Err(A::Error::custom(unknown));
                            };
                            if seen.contains(known) {
                                return Err(A::Error::duplicate_field(known));
                            }
                            seen.push(known);
                            $(if *known == stringify!($field) {
                                options.$field = map.next_value()?;
                            })*
                        }
                        Ok(options)
                    }
                }

                const FIELDS: &[&str] = &[$(stringify!($field)),*];
                deserializer.deserialize_struct(stringify!($name), FIELDS, Fields)
            }
        }
    };
}

pub(super) use options;
