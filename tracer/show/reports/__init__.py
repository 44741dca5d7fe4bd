"""Views: traces and runs to documents, one file a view. None of them knows how it will be written."""
