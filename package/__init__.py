"""The component package: components for Pulumi programs in any language, served by Pulumi's Python component host."""
