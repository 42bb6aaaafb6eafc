using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Counters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_predictions_ConfirmedClass_CreatedAt",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records");

            migrationBuilder.CreateTable(
                name: "outcome_counts",
                columns: table => new
                {
                    Version = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ConfirmedClass = table.Column<int>(type: "INTEGER", nullable: false),
                    Class = table.Column<int>(type: "INTEGER", nullable: false),
                    Predictions = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outcome_counts", x => new { x.Version, x.ConfirmedClass, x.Class });
                });

            migrationBuilder.CreateTable(
                name: "outcome_days",
                columns: table => new
                {
                    Day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    Confirmed = table.Column<long>(type: "INTEGER", nullable: false),
                    Right = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outcome_days", x => x.Day);
                });

            migrationBuilder.CreateTable(
                name: "record_counts",
                columns: table => new
                {
                    ImportId = table.Column<long>(type: "INTEGER", nullable: false),
                    Class = table.Column<int>(type: "INTEGER", nullable: false),
                    Records = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record_counts", x => new { x.ImportId, x.Class });
                });

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_BeatsBaselines_VersionId",
                table: "version_listings",
                columns: new[] { "BeatsBaselines", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_Dataset_VersionId",
                table: "version_listings",
                columns: new[] { "Dataset", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_predictions_confirmed_of_version",
                table: "predictions",
                columns: new[] { "Version", "Id" },
                filter: "\"ConfirmedClass\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_activations_From_Epoch",
                table: "activations",
                columns: new[] { "From", "Epoch" });

            migrationBuilder.CreateIndex(
                name: "IX_activations_To_Epoch",
                table: "activations",
                columns: new[] { "To", "Epoch" });

            migrationBuilder.Sql(
                """
                INSERT INTO record_counts ("ImportId", "Class", "Records")
                SELECT coalesce("ImportId", 0), "Class", count(*) FROM labelled_records GROUP BY coalesce("ImportId", 0), "Class";
                INSERT INTO outcome_counts ("Version", "ConfirmedClass", "Class", "Predictions")
                SELECT "Version", "ConfirmedClass", "Class", count(*) FROM predictions
                WHERE "ConfirmedClass" IS NOT NULL GROUP BY "Version", "ConfirmedClass", "Class";
                INSERT INTO outcome_days ("Day", "Confirmed", "Right")
                SELECT substr("CreatedAt", 1, 10), count(*), sum(CASE WHEN "ConfirmedClass" = "Class" THEN 1 ELSE 0 END) FROM predictions
                WHERE "ConfirmedClass" IS NOT NULL GROUP BY substr("CreatedAt", 1, 10);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "outcome_counts");

            migrationBuilder.DropTable(
                name: "outcome_days");

            migrationBuilder.DropTable(
                name: "record_counts");

            migrationBuilder.DropIndex(
                name: "IX_version_listings_BeatsBaselines_VersionId",
                table: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_version_listings_Dataset_VersionId",
                table: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed_of_version",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_activations_From_Epoch",
                table: "activations");

            migrationBuilder.DropIndex(
                name: "IX_activations_To_Epoch",
                table: "activations");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_ConfirmedClass_CreatedAt",
                table: "predictions",
                columns: new[] { "ConfirmedClass", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records",
                columns: new[] { "ImportId", "Class" });
        }
    }
}
